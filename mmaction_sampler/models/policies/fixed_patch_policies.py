"""Patch policies that look at nothing: the baselines of AdaFocus Table 5.

For AdaFocus and AdaFocusV2 alike, not for their TSM forms, which take one
place a video.
"""
from typing import Optional, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.ops import random_offsets


class _FixedPatchPolicy(nn.Module):
    """Testing and training choose alike, and there is no state."""

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """Places for the frames.

        Args:
            maps (Tensor): ``(B, T, ...)``; only B and T are used.

        Returns:
            Tensor: Offsets (y, x), float ``(B, T, 2)`` in [0, 1].
        """
        raise NotImplementedError

    def best_offsets(self,
                     maps: Tensor,
                     state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        """The same, with an empty state ``(B, 0)``."""
        return self.draw_offsets(maps), maps.new_empty(len(maps), 0)

    def forward(self,
                features: Tensor,
                hidden: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        """The same in place of ``PatchRegressor``; its state ``(1, B, 0)``."""
        return (self.draw_offsets(features),
                features.new_empty(1, len(features), 0))


@MODELS.register_module()
class CenterPatchPolicy(_FixedPatchPolicy):
    """The centre of every frame, the central policy of AdaFocus Table 5."""

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """Offsets 0.5, float ``(B, T, 2)``."""
        return torch.full((*maps.shape[:2], 2), 0.5, device=maps.device)


@MODELS.register_module()
class RandomPatchPolicy(_FixedPatchPolicy):
    """A random place in every frame, the random policy of AdaFocus Table 5.

    Draws from torch's global random state, which the runner seeds.
    """

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """Offsets uniform in [0, 1), float ``(B, T, 2)``."""
        return random_offsets(*maps.shape[:2], maps.device)


@MODELS.register_module()
class GaussianPatchPolicy(_FixedPatchPolicy):
    """A place near the centre, the Gaussian policy of AdaFocus Table 5.

    The offset less 0.5 is normally distributed, but never outside the frame:
    what would be is drawn again. (Moved to the edge, which the paper leaves
    open too, it would be farther from the centre than the random policy.)
    Draws from torch's global random state.

    Args:
        std (float): Standard deviation before that, in units of half the
            free range, so that 1 is a standard Gaussian over [-1, 1].
            Defaults to 1.

    Raises:
        ValueError: If ``std`` is not above 0.
    """

    def __init__(self, std: float = 1.) -> None:
        super().__init__()
        if not std > 0:
            raise ValueError(
                f'std must be above 0, but got {std}; CenterPatchPolicy takes '
                f'the centre')
        self.std = std

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """Offsets in [0, 1], float ``(B, T, 2)``."""
        places = torch.empty(*maps.shape[:2], 2, device=maps.device)
        return nn.init.trunc_normal_(places, 0.5, 0.5 * self.std, 0., 1.)
