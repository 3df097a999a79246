"""Gated recurrent units over clips: FAST-GRU, and the usual GRU."""
from abc import abstractmethod
from typing import Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .aggregator import AggregationState, Aggregator


def project(in_channels: int, out_channels: int) -> nn.Conv3d:
    """A 1x1x1 convolution: one matrix for each place in time and space.

    Without bias, as the paper's equations are.
    """
    return nn.Conv3d(in_channels, out_channels, 1, bias=False)


class GatedAggregator(Aggregator):
    """The state transition of a GRU, with gates left to subclasses.

    The printed V of the two terms of Eq. 3 is read as two matrices: they
    give the paper's FLOPs of FAST-GRU, 3.5 C^2 a place.

    Args:
        channels (int): C of the feature maps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.candidate_input = project(channels, channels)
        self.candidate_state = project(channels, channels)

    @abstractmethod
    def gates(self, clip: Tensor, output: Tensor) -> Tuple[Tensor, Tensor]:
        """Read gate r_t and update gate z_t in (0, 1), shaped as the clip.

        Args:
            clip (Tensor): x_t, float ``(B, C, L, H, W)``.
            output (Tensor): o_{t-1}, of the same shape.

        Returns:
            tuple[Tensor, Tensor]: r_t and z_t.
        """

    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """Candidate and new state, FASTER Eq. (3); see :class:`Aggregator`.
        """
        output, = state
        read, update = self.gates(clip, output)
        candidate = torch.tanh(
            self.candidate_input(clip) + self.candidate_state(read * output))
        return ((1 - update) * output + update * candidate, )


@MODELS.register_module()
class GRUAggregator(GatedAggregator):
    """The usual GRU, on pooled maps: its output is ``(B, C, 1, 1, 1)``.

    Args:
        channels (int): C of the feature maps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.read = project(2 * channels, channels)
        self.update = project(2 * channels, channels)

    def start(self, clip: Tensor) -> AggregationState:
        """Pool the first clip; see :class:`Aggregator`."""
        return (clip.mean(dim=(-3, -2, -1), keepdim=True), )

    def gates(self, clip: Tensor, output: Tensor) -> Tuple[Tensor, Tensor]:
        """Full matrices, FASTER Eq. (2); see :class:`GatedAggregator`."""
        joint = torch.cat([clip, output], dim=1)
        return self.read(joint).sigmoid(), self.update(joint).sigmoid()

    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """Pool the clip, then as any GRU; see :class:`Aggregator`."""
        return super().advance(
            clip.mean(dim=(-3, -2, -1), keepdim=True), state)


@MODELS.register_module()
class FastGRU(GatedAggregator):
    """FAST-GRU, Sec. 3.2: keeps the resolution, gates through a bottleneck.

    Args:
        channels (int): C of the feature maps.
        reduction (int): r, by which the bottlenecks of the gates divide the
            channels; a divisor of C. Defaults to 4.

    Raises:
        ValueError: If ``reduction`` does not divide ``channels``.
    """

    def __init__(self, channels: int, reduction: int = 4) -> None:
        if reduction < 1 or channels % reduction:
            raise ValueError(
                f'reduction must divide channels={channels}, but got '
                f'{reduction}')
        super().__init__(channels)
        narrow = channels // reduction
        self.read_compress = project(2 * channels, narrow)
        self.update_compress = project(2 * channels, narrow)
        self.read_recover = project(narrow, channels)
        self.update_recover = project(narrow, channels)

    def gates(self, clip: Tensor, output: Tensor) -> Tuple[Tensor, Tensor]:
        """Gates at every place, FASTER Eq. (4); see :class:`GatedAggregator`.
        """
        joint = torch.cat([clip, output], dim=1)  # (B, 2C, L, H, W)
        read = self.read_recover(self.read_compress(joint).relu())
        update = self.update_recover(self.update_compress(joint).relu())
        return read.sigmoid(), update.sigmoid()
