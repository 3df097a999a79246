"""The clip classifiers of SCSampler: R3D, MC3 and R(2+1)D of basic blocks.

Layers and parameter names are those of torchvision's ``r3d_18``, ``mc3_18``
and ``r2plus1d_18``, so that their weights load.
"""
from typing import ClassVar, Optional, Tuple, Type

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

#: Blocks of the four groups.
_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}
_INIT = [
    dict(type='Kaiming', layer='Conv3d'),
    dict(type='Constant', layer='BatchNorm3d', val=1)
]


class _Conv3D(nn.Conv3d):
    """A 3 x 3 x 3 convolution."""

    def __init__(self, in_channels: int, out_channels: int, middle: int,
                 stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, 3, stride, 1, bias=False)

    @staticmethod
    def downsampling(stride: int) -> Tuple[int, int, int]:
        """Stride of the shortcut."""
        return stride, stride, stride


class _Conv2D(nn.Conv3d):
    """A 1 x 3 x 3 convolution: each frame alone."""

    def __init__(self, in_channels: int, out_channels: int, middle: int,
                 stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, (1, 3, 3),
                         (1, stride, stride), (0, 1, 1), bias=False)

    @staticmethod
    def downsampling(stride: int) -> Tuple[int, int, int]:
        """Stride of the shortcut."""
        return 1, stride, stride


class _Conv2Plus1D(nn.Sequential):
    """A 1 x 3 x 3 convolution, then a 3 x 1 x 1 one."""

    def __init__(self, in_channels: int, out_channels: int, middle: int,
                 stride: int = 1) -> None:
        super().__init__(
            nn.Conv3d(in_channels, middle, (1, 3, 3), (1, stride, stride),
                      (0, 1, 1), bias=False), nn.BatchNorm3d(middle),
            nn.ReLU(inplace=True),
            nn.Conv3d(middle, out_channels, (3, 1, 1), (stride, 1, 1),
                      (1, 0, 0), bias=False))

    @staticmethod
    def downsampling(stride: int) -> Tuple[int, int, int]:
        """Stride of the shortcut."""
        return stride, stride, stride


class _BasicBlock(nn.Module):
    """Two convolutions and a shortcut around them."""

    def __init__(self, in_channels: int, out_channels: int, stride: int,
                 convolution: Type[nn.Module]) -> None:
        super().__init__()
        # As many parameters as a 3 x 3 x 3 convolution has.
        middle = (in_channels * out_channels * 27) // (
            in_channels * 9 + 3 * out_channels)
        self.conv1 = nn.Sequential(
            convolution(in_channels, out_channels, middle, stride),
            nn.BatchNorm3d(out_channels), nn.ReLU(inplace=True))
        self.conv2 = nn.Sequential(
            convolution(out_channels, out_channels, middle),
            nn.BatchNorm3d(out_channels))
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv3d(in_channels, out_channels, 1,
                          convolution.downsampling(stride), bias=False),
                nn.BatchNorm3d(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        """Feature maps ``(B, C', f, h, w)``."""
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(self.conv2(self.conv1(x)) + shortcut)


def _stem(channels: int) -> nn.Sequential:
    """A 3 x 7 x 7 convolution that halves the picture."""
    return nn.Sequential(
        nn.Conv3d(3, channels, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
        nn.BatchNorm3d(channels), nn.ReLU(inplace=True))


class VideoResNet(BaseModule):
    """What the three networks share; see its subclasses.

    Args:
        depth (int): 18 or 34. Defaults to 18.
        base_channels (int): Channels of the stem and of the first group,
            doubled by each further one. Defaults to 64.
        init_cfg (dict | list, optional): Initialisation. Defaults to
            Kaiming's.

    Raises:
        ValueError: If there is no network of this depth.
    """

    CONVOLUTIONS: ClassVar[Tuple[Type[nn.Module], ...]]

    def __init__(self,
                 depth: int = 18,
                 base_channels: int = 64,
                 init_cfg: Optional[list] = _INIT) -> None:
        super().__init__(init_cfg=init_cfg)
        if depth not in _BLOCKS:
            raise ValueError(
                f'depth must be one of {sorted(_BLOCKS)}, but got {depth}')
        self.stem = self.build_stem(base_channels)
        channels = base_channels
        for i, (num, convolution) in enumerate(
                zip(_BLOCKS[depth], self.CONVOLUTIONS)):
            width, stride = base_channels * 2**i, 1 if i == 0 else 2
            blocks = [_BasicBlock(channels, width, stride, convolution)] + [
                _BasicBlock(width, width, 1, convolution)
                for _ in range(num - 1)]
            setattr(self, f'layer{i + 1}', nn.Sequential(*blocks))
            channels = width

    @staticmethod
    def build_stem(channels: int) -> nn.Module:
        """The first layers; torchvision's ``stem``."""
        return _stem(channels)

    def forward(self, clips: Tensor) -> Tensor:
        """Feature maps ``(B, C', f, h, w)`` of clips ``(B, 3, F, H, W)``."""
        x = self.stem(clips)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


@MODELS.register_module()
class R3D(VideoResNet):
    """3D ResNet: every convolution is 3D (Tran et al., CVPR 2018)."""

    CONVOLUTIONS = (_Conv3D, ) * 4


@MODELS.register_module()
class MC3(VideoResNet):
    """Mixed convolutions: 3D in stem and first group, then 2D.

    SCSampler App. A.1, after Tran et al., CVPR 2018.
    """

    CONVOLUTIONS = (_Conv3D, _Conv2D, _Conv2D, _Conv2D)


@MODELS.register_module()
class R2Plus1D(VideoResNet):
    """R(2+1)D: every 3D convolution as a spatial and a temporal one.

    Tran et al., CVPR 2018. MMAction2's ``ResNet2Plus1d`` has another stem
    and widths, so that these weights do not fit it.
    """

    CONVOLUTIONS = (_Conv2Plus1D, ) * 4

    @staticmethod
    def build_stem(channels: int) -> nn.Module:
        """45 spatial filters, then temporal ones."""
        return nn.Sequential(
            nn.Conv3d(3, 45, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False),
            nn.BatchNorm3d(45), nn.ReLU(inplace=True),
            nn.Conv3d(45, channels, (3, 1, 1), 1, (1, 0, 0), bias=False),
            nn.BatchNorm3d(channels), nn.ReLU(inplace=True))
