from .audio_vgg import AudioVGG
from .shufflenet26 import ShuffleNet26
from .video_resnet import MC3, R2Plus1D, R3D

__all__ = ['AudioVGG', 'MC3', 'R2Plus1D', 'R3D', 'ShuffleNet26']
