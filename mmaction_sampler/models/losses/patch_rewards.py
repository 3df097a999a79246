"""Rewards of a patch in each frame: the rivals of AdaFocus Table 5."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PatchReward(nn.Module):
    """Confidence on the truth, less that with a random patch instead.

    AdaFocus Eq. (7), the expectation over random patches estimated by a
    single one.
    """

    uses_random_patches = True

    def forward(self, confidence: Tensor,
                random_confidence: Optional[Tensor]) -> Tensor:
        """What each patch adds to a random one.

        Args:
            confidence (Tensor): p_ty after the chosen patches up to frame t,
                float ``(B, T)`` in [0, 1].
            random_confidence (Tensor): The same where only the patch of
                frame t is a random one, float ``(B, T)`` in [0, 1].

        Returns:
            Tensor: Rewards r, float ``(B, T)`` in [-1, 1].
        """
        return confidence - random_confidence


@MODELS.register_module()
class PatchConfidenceReward(nn.Module):
    """Confidence on the truth, the confidence reward of AdaFocus Table 5."""

    uses_random_patches = False

    def forward(self, confidence: Tensor,
                random_confidence: Optional[Tensor] = None) -> Tensor:
        """See :class:`PatchReward`; ``random_confidence`` is not used."""
        return confidence


@MODELS.register_module()
class PatchIncrementReward(nn.Module):
    """What confidence gained, the increments reward of AdaFocus Table 5.

    The first frame's gain is counted from 0.
    """

    uses_random_patches = False

    def forward(self, confidence: Tensor,
                random_confidence: Optional[Tensor] = None) -> Tensor:
        """See :class:`PatchReward`; ``random_confidence`` is not used."""
        return confidence.diff(
            dim=1, prepend=torch.zeros_like(confidence[:, :1]))


@MODELS.register_module()
class SkipReward(nn.Module):
    """Whether looking closely at a frame was worth its computation.

    AdaFocus Eq. (10), the price taken from the gain in confidence.

    Args:
        cost_coef (float): Lambda, the price of a pixel of a patch. Defaults
            to 1e-6, the paper's.
    """

    def __init__(self, cost_coef: float = 1e-6) -> None:
        super().__init__()
        self.cost_coef = cost_coef

    def forward(self, keep: Tensor, kept_confidence: Tensor,
                skipped_confidence: Tensor, patch_size: int) -> Tensor:
        """Gain in confidence less the price, for kept frames.

        Args:
            keep (Tensor): Actions b, bool ``(B, T)``.
            kept_confidence (Tensor): p'_ty(b_1, ..., b_{t-1}, 1), float
                ``(B, T)`` in [0, 1]; anything where b is 0.
            skipped_confidence (Tensor): p'_ty(b_1, ..., b_{t-1}, 0), float
                ``(B, T)`` in [0, 1].
            patch_size (int): P, pixels.

        Returns:
            Tensor: Rewards r', float ``(B, T)``; 0 where b is 0.
        """
        price = self.cost_coef * patch_size**2
        gain = kept_confidence - skipped_confidence - price
        return gain.where(keep, 0.)
