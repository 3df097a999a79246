from .audio_vgg import AudioVGG
from .faster_resnet import (ClipResNet, ClipResNet2D, ClipResNet2Plus1D,
                            ClipResNet3D)
from .shufflenet26 import ShuffleNet26
from .video_resnet import MC3, R2Plus1D, R3D

__all__ = [
    'AudioVGG', 'ClipResNet', 'ClipResNet2D', 'ClipResNet2Plus1D',
    'ClipResNet3D', 'MC3', 'R2Plus1D', 'R3D', 'ShuffleNet26'
]
