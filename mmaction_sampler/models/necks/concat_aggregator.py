"""Concatenation with what came before, and a projection."""
from mmaction.registry import MODELS
from torch import Tensor, nn

from .aggregator import AggregationState, Aggregator


@MODELS.register_module()
class ConcatAggregator(Aggregator):
    """ReLU(BN(W o_{t-1} + U x_t)), FASTER Eq. (5).

    W and U are 1x1x1 convolutions, so the resolution is kept.

    Args:
        channels (int): C of the feature maps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project_output = nn.Conv3d(channels, channels, 1, bias=False)
        self.project_input = nn.Conv3d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm3d(channels)

    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """Project both into one space; see :class:`Aggregator`."""
        output, = state
        joint = self.project_output(output) + self.project_input(clip)
        return (self.norm(joint).relu(), )
