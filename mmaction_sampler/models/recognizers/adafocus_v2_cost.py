"""What the components of an AdaFocusV2 cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from .adafocus_v2 import AdaFocusV2


class _Glance(nn.Module):
    """:meth:`AdaFocusV2.glance` as a module, so that it can be traced."""

    def __init__(self, model: AdaFocusV2) -> None:
        super().__init__()
        self.global_cnn = model.global_cnn
        self.forward = model.glance


class _Look(nn.Module):
    """:meth:`AdaFocusV2.look` as a module, so that it can be traced."""

    def __init__(self, model: AdaFocusV2) -> None:
        super().__init__()
        self.local_cnn = model.local_cnn
        self.forward = model.look


class _FirstStep(nn.Module):
    """The classifier after one frame: a step's cost is that of any other."""

    def __init__(self, model: AdaFocusV2) -> None:
        super().__init__()
        self.classifier = model.classifier

    def forward(self, features: Tensor) -> Tensor:
        """Logits of ``(1, 1, C)``."""
        return self.classifier(features)[0]


def measure_costs(model: AdaFocusV2, height: int,
                  width: int) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on one frame of zeros.

    Args:
        model (AdaFocusV2): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component; the unit is a frame, the
        calls are those of a video that stays to the end.
    """
    zeros = next(model.parameters()).new_zeros
    frame = zeros(1, 1, 3, height, width)
    size = model.policy.feature_size
    maps = zeros(1, 1, model.policy.in_channels, size, size)
    features = zeros(1, 1, model.classifier.in_channels)
    units = dict(
        global_cnn=count_macs(_Glance(model), [frame]),
        policy=count_macs(model.policy, [maps]),
        local_cnn=count_macs(_Look(model), [frame, zeros(1, 1, 2)]),
        classifier=count_macs(_FirstStep(model), [features]))
    return {name: ComponentCost(macs, model.num_candidates)
            for name, macs in units.items()}
