"""A long short-term memory over pooled clips."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .aggregator import AggregationState, Aggregator


@MODELS.register_module()
class LSTMAggregator(Aggregator):
    """LSTM with three gates and a cell, on pooled maps, FASTER Table 3.

    Output and cell begin as the first clip's pooled features.

    Args:
        channels (int): C of the feature maps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * channels, 4 * channels)

    def start(self, clip: Tensor) -> AggregationState:
        """Pool the first clip; see :class:`Aggregator`."""
        pooled = clip.mean(dim=(-3, -2, -1), keepdim=True)
        return pooled, pooled

    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """One step of the LSTM; see :class:`Aggregator`."""
        output, cell = (tensor.flatten(1) for tensor in state)  # (B, C)
        pooled = clip.mean(dim=(-3, -2, -1))
        keep, write, read, candidate = self.gates(
            torch.cat([pooled, output], dim=1)).chunk(4, dim=1)
        cell = keep.sigmoid() * cell + write.sigmoid() * candidate.tanh()
        output = read.sigmoid() * cell.tanh()
        return tuple(tensor[..., None, None, None]
                     for tensor in (output, cell))
