"""What the components of a FASTER cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from .faster import FASTER


class _Look(nn.Module):
    """:meth:`FASTER.look` of one model, so that its cost can be traced."""

    def __init__(self, model: FASTER, name: str) -> None:
        super().__init__()
        self.network = getattr(model, name)
        self._look = lambda clips: model.look(name, clips)
        self.shape: List[int] = []

    def forward(self, clips: Tensor) -> Tensor:
        """Keep the shape of what comes out, for the aggregator."""
        seen = self._look(clips)
        self.shape = [int(size) for size in seen.shape[2:]]
        return seen


def measure_costs(model: FASTER, height: int,
                  width: int) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on zeros.

    Args:
        model (FASTER): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component: the clip models' unit is
        a clip, the aggregator's a step (the first clip needs none), the
        head's a prediction (one after every clip). Components that multiply
        nothing are left out.
    """
    zeros = next(model.parameters()).new_zeros
    clip = zeros(1, 1, 3, model.clip_len, height, width)
    num_clips = model.num_clips
    costs: Dict[str, ComponentCost] = {}
    for name, positions in model.positions.items():
        if positions:
            look = _Look(model, name)
            costs[name] = ComponentCost(
                count_macs(look, [clip]), len(positions))
            shape = look.shape
    clips = zeros(1, num_clips, *shape)
    steps = max(num_clips - 1, 1)
    costs['aggregator'] = ComponentCost(
        count_macs(model.aggregator, [clips]) / steps, steps)
    if model.cls_head is not None:
        output = model.aggregator.step(clips[:, 0])[0]
        costs['cls_head'] = ComponentCost(
            count_macs(model.cls_head, [output]), num_clips)
    return {name: cost for name, cost in costs.items() if cost.macs}
