"""The audio network of SCSampler: a VGG on log-mel spectrograms."""
from typing import List, Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class AudioVGG(BaseModule):
    """Four blocks of two convolutions, pooling, one fully connected layer.

    SCSampler Sec. 3.3.2 asks for a "VGG-like" network "of 18 layers" after
    Arandjelovic and Zisserman (Look, Listen and Learn); its appendix does
    not give the layers, but Table 6 names ``conv4_2``, ``pool4`` and
    ``fc1``. Read here as their audio network: 8 convolutions with batch
    normalisation, ``pool4`` over all that is left, ``fc1``, and the output
    in the head: 8 + 8 + 2 layers with weights.

    Args:
        base_channels (int): Channels of the first block, doubled by each
            further one. Defaults to 64.
        out_channels (int): Outputs of ``fc1``. Defaults to 512.
        init_cfg (dict | list, optional): Initialisation. Defaults to
            Kaiming's.
    """

    def __init__(
        self,
        base_channels: int = 64,
        out_channels: int = 512,
        init_cfg: Optional[list] = [
            dict(type='Kaiming', layer='Conv2d'),
            dict(type='Constant', layer='BatchNorm2d', val=1)
        ]
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        channels = [1, *(base_channels * 2**i for i in range(4))]
        blocks: List[nn.Module] = []
        for i in range(4):
            blocks += _convolution(channels[i], channels[i + 1])
            blocks += _convolution(channels[i + 1], channels[i + 1])
            blocks.append(nn.MaxPool2d(2) if i < 3 else
                          nn.AdaptiveMaxPool2d(1))
        self.features = nn.Sequential(*blocks)
        self.fc1 = nn.Sequential(
            nn.Linear(channels[-1], out_channels), nn.ReLU(inplace=True))

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Features of spectrograms.

        Args:
            spectrograms (Tensor): Float ``(M, 1, mel bands, time steps)``,
                the paper's 40 x 200; at least 8 x 8.

        Returns:
            Tensor: Float ``(M, out_channels)``.
        """
        return self.fc1(self.features(spectrograms).flatten(1))


def _convolution(in_channels: int, out_channels: int) -> List[nn.Module]:
    """A 3 x 3 convolution with normalisation and ReLU."""
    return [
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True)
    ]
