"""Clip backbones of FASTER: R(2+1)D-50, R3D-50 and R2D-26."""
from abc import ABCMeta, abstractmethod
from typing import Optional, Sequence, Tuple, Union

from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

Size = Tuple[int, int, int]  # time, height, width

EXPANSION = 4
_INIT = (
    dict(type='Kaiming', layer='Conv3d'),
    dict(type='Constant', val=1, layer='_BatchNorm'),
)


def conv_norm(in_channels: int,
              out_channels: int,
              kernel: Size,
              stride: Size,
              norm_cfg: dict,
              padding: Optional[Size] = None,
              relu: bool = True) -> ConvModule:
    """A 3D convolution, normalisation and perhaps ReLU.

    Args:
        in_channels (int): Channels of the input.
        out_channels (int): Channels of the output.
        kernel (tuple[int, int, int]): Time, height, width.
        stride (tuple[int, int, int]): The same order.
        norm_cfg (dict): Normalisation layer.
        padding (tuple[int, int, int], optional): Defaults to None, half the
            kernel.
        relu (bool): Whether ReLU follows. Defaults to True.

    Returns:
        ConvModule: The layers.
    """
    if padding is None:
        padding = tuple(size // 2 for size in kernel)
    return ConvModule(
        in_channels, out_channels, kernel, stride=stride, padding=padding,
        conv_cfg=dict(type='Conv3d'), norm_cfg=norm_cfg,
        act_cfg=dict(type='ReLU') if relu else None)


class ClipBottleneck(nn.Module):
    """1x1x1, middle convolutions, 1x1x1, and a shortcut around them.

    Args:
        in_channels (int): Channels of the input.
        channels (int): Channels of the middle; the output has four times as
            many.
        middle (nn.Module): From ``channels`` to ``channels``; carries the
            stride.
        stride (tuple[int, int, int]): Stride of ``middle``, for the
            shortcut.
        norm_cfg (dict): Normalisation layer.
    """

    def __init__(self, in_channels: int, channels: int, middle: nn.Module,
                 stride: Size, norm_cfg: dict) -> None:
        super().__init__()
        out_channels = EXPANSION * channels
        point, one = (1, 1, 1), (1, 1, 1)
        self.reduce = conv_norm(in_channels, channels, point, one, norm_cfg)
        self.middle = middle
        self.expand = conv_norm(
            channels, out_channels, point, one, norm_cfg, relu=False)
        self.shortcut = nn.Identity()
        if stride != one or in_channels != out_channels:
            self.shortcut = conv_norm(
                in_channels, out_channels, point, stride, norm_cfg,
                relu=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Float ``(B, C, L, H, W)`` to ``(B, 4 * channels, l, h, w)``."""
        residual = self.expand(self.middle(self.reduce(x)))
        return self.relu(residual + self.shortcut(x))


class ClipResNet(BaseModule, metaclass=ABCMeta):
    """A residual network on clips, the frame that FASTER Table 1 describes.

    Stem of stride (., 2, 2), max pooling 1x3x3 of stride (1, 2, 2), then
    stages of bottlenecks. From the second stage on the first block halves
    height and width, and time by ``temporal_stride``.

    Args:
        stage_blocks (Sequence[int], optional): Bottlenecks of each stage.
            Defaults to None, those of the paper.
        base_channels (int): Channels of stem and first stage; they double
            with every stage. Defaults to 64.
        in_channels (int): Channels of a frame. Defaults to 3.
        norm_cfg (dict): Normalisation layer. Defaults to ``BN3d``.
        init_cfg (dict | list[dict], optional): Initialisation. Defaults to
            None, Kaiming.

    Raises:
        ValueError: If a number is below 1.
    """

    #: Bottlenecks of each stage in the paper.
    default_blocks: Sequence[int]
    #: Stride over time of the first block of the second and later stages.
    temporal_stride: int
    #: Frames that the stem makes one.
    stem_stride: int

    def __init__(self,
                 stage_blocks: Optional[Sequence[int]] = None,
                 base_channels: int = 64,
                 in_channels: int = 3,
                 norm_cfg: dict = dict(type='BN3d'),
                 init_cfg: Union[dict, Sequence[dict], None] = None) -> None:
        super().__init__(init_cfg=list(_INIT) if init_cfg is None else
                         init_cfg)
        if stage_blocks is None:
            stage_blocks = self.default_blocks
        if not stage_blocks or min(*stage_blocks, base_channels) < 1:
            raise ValueError(
                f'stage_blocks and base_channels must be at least 1, but got '
                f'{tuple(stage_blocks)} and {base_channels}')
        self.norm_cfg = norm_cfg
        self.stem = self.make_stem(in_channels, base_channels)
        self.pool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        self.stages = nn.Sequential()
        width, channels = base_channels, base_channels
        for index, num_blocks in enumerate(stage_blocks):
            stride = (self.temporal_stride, 2, 2) if index else (1, 1, 1)
            self.stages.append(
                self._make_stage(width, channels, num_blocks, stride))
            width, channels = EXPANSION * channels, 2 * channels
        self.out_channels = width
        #: Frames for each step of time of the feature map.
        self.temporal_reduction = self.stem_stride * (
            self.temporal_stride**(len(stage_blocks) - 1))

    def _make_stage(self, in_channels: int, channels: int, num_blocks: int,
                    stride: Size) -> nn.Sequential:
        """Bottlenecks, of which the first has the stride."""
        blocks = nn.Sequential()
        for _ in range(num_blocks):
            blocks.append(
                ClipBottleneck(in_channels, channels,
                               self.make_middle(channels, stride), stride,
                               self.norm_cfg))
            in_channels, stride = EXPANSION * channels, (1, 1, 1)
        return blocks

    @abstractmethod
    def make_stem(self, in_channels: int, channels: int) -> nn.Module:
        """First convolution, of stride ``(stem_stride, 2, 2)``."""

    @abstractmethod
    def make_middle(self, channels: int, stride: Size) -> nn.Module:
        """Middle of a bottleneck, ``channels`` to ``channels``."""

    def forward(self, x: Tensor) -> Tensor:
        """The last feature map of clips.

        Args:
            x (Tensor): Normalised clips, float ``(B, C, L, H, W)``, L a
                multiple of ``temporal_reduction``.

        Returns:
            Tensor: Float ``(B, out_channels, L / temporal_reduction, h, w)``
            with h and w 1/32 of H and W in four stages.

        Raises:
            ValueError: If L is no such multiple.
        """
        if x.shape[2] % self.temporal_reduction:
            raise ValueError(
                f'{type(self).__name__} takes clips of a multiple of '
                f'{self.temporal_reduction} frames, but got {x.shape[2]}; '
                f'set clip_len to such a number')
        return self.stages(self.pool(self.stem(x)))


@MODELS.register_module()
class ClipResNet2Plus1D(ClipResNet):
    """R(2+1)D-50 with bottlenecks, FASTER Table 1.

    The 3x3x3 convolution is split into 1x3x3, which carries the stride of
    space, and 3x1x1, which carries that of time, with as many channels
    between them as give the parameters of the whole: 2.25 times the width.

    Arguments are those of :class:`ClipResNet`; by default 50 layers.
    """

    default_blocks = (3, 4, 6, 3)
    temporal_stride = 2
    stem_stride = 1

    def make_stem(self, in_channels: int, channels: int) -> nn.Module:
        """1x7x7 with 45 channels for a width of 64, then 3x1x1."""
        between = max(1, 45 * channels // 64)
        return nn.Sequential(
            conv_norm(in_channels, between, (1, 7, 7), (1, 2, 2),
                      self.norm_cfg),
            conv_norm(between, channels, (3, 1, 1), (1, 1, 1),
                      self.norm_cfg))

    def make_middle(self, channels: int, stride: Size) -> nn.Module:
        """1x3x3 and 3x1x1."""
        between = max(1, 9 * channels // 4)
        return nn.Sequential(
            conv_norm(channels, between, (1, 3, 3), (1, *stride[1:]),
                      self.norm_cfg),
            conv_norm(between, channels, (3, 1, 1), (stride[0], 1, 1),
                      self.norm_cfg))


@MODELS.register_module()
class ClipResNet3D(ClipResNet):
    """R3D-50, which FASTER Table 6 puts in the place of R(2+1)D-50.

    Stem 3x7x7, middle convolutions 3x3x3 that carry the stride.

    Arguments are those of :class:`ClipResNet`; by default 50 layers.
    """

    default_blocks = (3, 4, 6, 3)
    temporal_stride = 2
    stem_stride = 1

    def make_stem(self, in_channels: int, channels: int) -> nn.Module:
        """3x7x7."""
        return conv_norm(in_channels, channels, (3, 7, 7), (1, 2, 2),
                         self.norm_cfg)

    def make_middle(self, channels: int, stride: Size) -> nn.Module:
        """3x3x3."""
        return conv_norm(channels, channels, (3, 3, 3), stride,
                         self.norm_cfg)


@MODELS.register_module()
class ClipResNet2D(ClipResNet):
    """R2D-26, FASTER Table 1: cheap, since its stem makes 8 frames one.

    Stem 8x7x7 of stride (8, 2, 2) without padding over time; after it all
    convolutions are 1x3x3 or 1x1x1.

    Arguments are those of :class:`ClipResNet`; by default 26 layers.
    """

    default_blocks = (2, 2, 2, 2)
    temporal_stride = 1
    stem_stride = 8

    def make_stem(self, in_channels: int, channels: int) -> nn.Module:
        """8x7x7 of stride (8, 2, 2)."""
        frames = self.stem_stride
        return conv_norm(in_channels, channels, (frames, 7, 7),
                         (frames, 2, 2), self.norm_cfg, padding=(0, 3, 3))

    def make_middle(self, channels: int, stride: Size) -> nn.Module:
        """1x3x3."""
        return conv_norm(channels, channels, (1, 3, 3), stride,
                         self.norm_cfg)
