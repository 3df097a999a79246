"""What the components of an AdaFocus cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from .glance_focus import GlanceFocusRecognizer


class _Glance(nn.Module):
    """:meth:`GlanceFocusRecognizer.glance` as a module, to be traced."""

    def __init__(self, model: GlanceFocusRecognizer) -> None:
        super().__init__()
        self.global_cnn = model.global_cnn
        self.forward = model.glance


class _Policy(nn.Module):
    """What testing runs of a policy, as a module, to be traced."""

    def __init__(self, policy: nn.Module, method: str) -> None:
        super().__init__()
        self.policy = policy
        self.method = method

    def forward(self, maps: Tensor) -> Tensor:
        """What the method gives, less the state."""
        return getattr(self.policy, self.method)(maps)[0]


def policy_cost(model: GlanceFocusRecognizer, name: str,
                method: str) -> Dict[str, ComponentCost]:
    """Trace what testing runs of a policy once, on zeros.

    Args:
        model (GlanceFocusRecognizer): The recognizer.
        name (str): The policy's component name.
        method (str): Its method for testing.

    Returns:
        dict[str, ComponentCost]: Its cost a video under its name; empty for
        policies that look at nothing.
    """
    policy = getattr(model, name)
    parameter = next(policy.parameters(), None)
    if parameter is None:
        return {}
    maps = parameter.new_zeros(1, model.num_glance, *policy.map_shape)
    macs = count_macs(_Policy(policy, method), [maps])
    return {name: ComponentCost(macs, 1)}


def measure_costs(model: GlanceFocusRecognizer, height: int,
                  width: int) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on zeros.

    Args:
        model (GlanceFocusRecognizer): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component. The unit of the two
        backbones is a frame and a patch, of the others the video.
    """
    zeros = next(model.parameters()).new_zeros
    num_frames, costs = model.num_candidates, {}
    if model.global_cnn is not None:
        frame = zeros(1, 1, 3, height, width)
        costs['global_cnn'] = ComponentCost(
            count_macs(_Glance(model), [frame]), num_frames)
    patch = zeros(1, 3, model.patch_size, model.patch_size)
    costs['local_cnn'] = ComponentCost(
        count_macs(model.local_cnn, [patch]), num_frames)
    costs.update(policy_cost(model, 'policy', 'best_offsets'))
    features = zeros(1, num_frames, model.classifier.in_channels)
    costs['classifier'] = ComponentCost(
        count_macs(model.classifier, [features]), 1)
    return costs
