from .faster_resnet import (ClipResNet, ClipResNet2D, ClipResNet2Plus1D,
                            ClipResNet3D)

__all__ = ['ClipResNet', 'ClipResNet2D', 'ClipResNet2Plus1D', 'ClipResNet3D']
