"""How networks keep and give their feature maps."""
from typing import Tuple, Union

import torch
from torch import Tensor, nn


def use_channels_last(module: nn.Module) -> None:
    """Keep the weights of all 2D convolutions in channels-last layout.

    Their passes then run in that layout whatever they are given; on a CPU
    they take about two thirds of the time, with the same results to
    rounding.

    Args:
        module (nn.Module): Changed in place.
    """
    for submodule in module.modules():
        if isinstance(submodule, nn.Conv2d):
            submodule.to(memory_format=torch.channels_last)


def last_map(features: Union[Tensor, Tuple[Tensor, ...]]) -> Tensor:
    """The deepest feature map of a backbone, ``(N, C, h, w)``."""
    return features[-1] if isinstance(features, tuple) else features
