"""Average pooling over clips."""
from mmaction.registry import MODELS
from torch import Tensor

from .aggregator import AggregationState, Aggregator


@MODELS.register_module()
class AverageAggregator(Aggregator):
    """The mean of all clips so far, the usual rival, FASTER Table 3.

    It has no parameters. In a ``FASTER`` without ``cls_head`` what it gets
    are class probabilities, so that it averages the clips' scores, as in the
    paper; with a head it averages feature maps.
    """

    def start(self, clip: Tensor) -> AggregationState:
        """Mean and number of clips; see :class:`Aggregator`."""
        return clip, clip.new_ones(())

    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """Update the mean; see :class:`Aggregator`."""
        mean, count = state
        count = count + 1
        return mean + (clip - mean) / count, count
