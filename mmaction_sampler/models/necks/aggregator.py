"""What all ways to aggregate clips have in common."""
from abc import ABCMeta, abstractmethod
from typing import Iterator, Optional, Tuple

from mmengine.model import BaseModule
from torch import Tensor

#: All that an aggregator remembers of a video; the first item is its output.
AggregationState = Tuple[Tensor, ...]


class Aggregator(BaseModule, metaclass=ABCMeta):
    """Makes one feature map of those of N clips, clip after clip.

    FASTER Sec. 3.1. The first clip alone makes the first state; a subclass
    says how (:meth:`start`), and what each further clip does (:meth:`advance`).
    Clips may come all at once (:meth:`forward`) or one by one (:meth:`step`),
    with the same result.
    """

    def start(self, clip: Tensor) -> AggregationState:
        """The state after the first clip: its own feature map.

        Args:
            clip (Tensor): Float ``(B, C, L, H, W)``.

        Returns:
            tuple[Tensor, ...]: The state.
        """
        return (clip, )

    @abstractmethod
    def advance(self, clip: Tensor,
                state: AggregationState) -> AggregationState:
        """The state after a further clip.

        Args:
            clip (Tensor): Float ``(B, C, L, H, W)``.
            state (tuple[Tensor, ...]): State before it.

        Returns:
            tuple[Tensor, ...]: The state.
        """

    def step(self, clip: Tensor,
             state: Optional[AggregationState] = None) -> AggregationState:
        """Take in one clip, FASTER Eq. (1): o_t = f(o_{t-1}, x_t).

        Args:
            clip (Tensor): x_t, float ``(B, C, L, H, W)``.
            state (tuple[Tensor, ...], optional): What the step before gave.
                Defaults to None, the first clip: o_0 = x_0.

        Returns:
            tuple[Tensor, ...]: The state, of which the first item is o_t.
        """
        return self.start(clip) if state is None else self.advance(
            clip, state)

    def outputs(self, clips: Tensor) -> Iterator[Tensor]:
        """The output after every clip.

        Args:
            clips (Tensor): Float ``(B, N, C, L, H, W)``.

        Yields:
            Tensor: o_t, float ``(B, C, L, H, W)``, or ``(B, C, 1, 1, 1)``
            from an aggregator that pools.
        """
        state = None
        for clip in clips.unbind(dim=1):
            state = self.step(clip, state)
            yield state[0]

    def forward(self, clips: Tensor) -> Tensor:
        """The output after the last clip.

        Args:
            clips (Tensor): Float ``(B, N, C, L, H, W)``, N at least 1.

        Returns:
            Tensor: o_{N-1}, float ``(B, C, L, H, W)``, or
            ``(B, C, 1, 1, 1)`` from an aggregator that pools.
        """
        for output in self.outputs(clips):
            pass
        return output
