"""What the components of a FASTER cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Tuple

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from ..recognizers.faster import FASTER


Trace = Tuple[int, Tuple[int, ...]]  # multiply-adds, shape of the output
# Layers and shape of the input -> trace; tables and sweeps build the same
# networks again and again, and a trace of the large ones takes seconds.
_TRACES: Dict[str, Trace] = {}


class _ClipMaps(nn.Module):
    """:meth:`FASTER.clip_maps` of one model, to trace what it costs."""

    def __init__(self, model: FASTER, name: str) -> None:
        super().__init__()
        network = getattr(model, name)
        # What is run, and so what decides the cost: see _trace.
        self.network = network if model.cls_head is None else network.backbone
        self._clip_maps = lambda clips: model.clip_maps(name, clips)
        self.shape: Tuple[int, ...] = ()

    def forward(self, clips: Tensor) -> Tensor:
        """Keep the shape of what comes out, for the aggregator."""
        maps = self._clip_maps(clips)
        self.shape = tuple(map(int, maps.shape[2:]))
        return maps


def _trace(module: nn.Module, inputs: Tensor) -> Trace:
    """Multiply-adds of a module, and ``shape`` of it if it has one."""
    key = f'{module} {tuple(inputs.shape)}'
    if key not in _TRACES:
        macs = count_macs(module, [inputs])
        _TRACES[key] = macs, getattr(module, 'shape', ())
    return _TRACES[key]


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
            macs, shape = _trace(_ClipMaps(model, name), clip)
            costs[name] = ComponentCost(macs, len(positions))
    clips = zeros(1, num_clips, *shape)
    steps = max(num_clips - 1, 1)
    macs, _ = _trace(model.aggregator, clips)
    costs['aggregator'] = ComponentCost(macs / steps, steps)
    if model.cls_head is not None:
        output = model.aggregator.step(clips[:, 0])[0]
        costs['cls_head'] = ComponentCost(
            count_macs(model.cls_head, [output]), num_clips)
    return {name: cost for name, cost in costs.items() if cost.macs}
