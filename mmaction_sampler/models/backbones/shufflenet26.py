"""The light visual network of SCSampler's Table 5."""
from typing import Optional

from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class ShuffleNet26(BaseModule):
    """MMPretrain's ShuffleNetV1 with half of the units: 26 layers.

    SCSampler Table 5, Sec. 3.3.1 and App. B.1: ShuffleNet 0.5x with three
    groups.
    2 + 4 + 2 units of three convolutions, the first convolution and the
    head's layer are 26. Needs the extra ``mmpretrain``.

    Args:
        in_channels (int): Channels of the pictures. Defaults to 3.
        widen_factor (float): Width. Defaults to 0.5.
        groups (int): Groups of the pointwise convolutions. Defaults to 3.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    #: Units of each stage; the 50-layer network has twice as many.
    NUM_UNITS = (2, 4, 2)

    def __init__(self,
                 in_channels: int = 3,
                 widen_factor: float = 0.5,
                 groups: int = 3,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        network = MODELS.build(
            dict(type='mmpretrain.ShuffleNetV1', groups=groups,
                 widen_factor=widen_factor))
        # The units behind a stage's first one are all of one shape.
        network.layers = nn.ModuleList(
            stage[:n] for stage, n in zip(network.layers, self.NUM_UNITS))
        if in_channels != 3:
            network.conv1 = ConvModule(
                in_channels, network.conv1.out_channels, 3, stride=2,
                padding=1, norm_cfg=dict(type='BN'))
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """Feature map ``(M, C', h, w)`` of pictures ``(M, C, H, W)``."""
        return self.network(pictures)[-1]
