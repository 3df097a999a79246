"""What the components of an OCSampler cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict

from torch import nn

from mmaction_sampler.analysis import ComponentCost, count_macs
from ..classifier import ClassifierScores, classifier_input

if TYPE_CHECKING:
    from ..recognizers.ocsampler import OCSampler


class _Skim(nn.Module):
    """:meth:`OCSampler.skim` as a module, so that its cost can be traced."""

    def __init__(self, model: OCSampler) -> None:
        super().__init__()
        self.skim_network = model.skim_network
        self.forward = model.skim


def measure_costs(model: OCSampler, height: int, width: int,
                  num_selected: int) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on zeros.

    Args:
        model (OCSampler): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.
        num_selected (int): Frames N that the classifier gets.

    Returns:
        dict[str, ComponentCost]: Cost by component. The classifier's unit is
        a frame if it is 2D, else the clip.
    """
    zeros = next(model.parameters()).new_zeros
    costs = {}
    if model.skim_network is not None:
        candidates = zeros(1, model.num_candidates, 3, height, width)
        skim = count_macs(_Skim(model), [candidates])
        costs = dict(skim_network=ComponentCost(skim, 1))
        for name in ('budget', 'policy'):
            part = getattr(model, name, None)
            # Policies without weights look at nothing and cost nothing.
            if part is not None and any(True for _ in part.parameters()):
                features = zeros(1, model.num_candidates, part.in_channels)
                costs[name] = ComponentCost(count_macs(part, [features]), 1)
    clip = zeros(1, num_selected, 3, height, width)
    macs = count_macs(ClassifierScores(model.classifier), [clip])
    is_2d = classifier_input(model.classifier, clip).dim() == 5
    calls = num_selected if is_2d else 1
    return dict(costs, classifier=ComponentCost(macs / calls, calls))
