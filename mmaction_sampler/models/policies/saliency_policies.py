"""Choosing clips by saliency: visual, audio, and both (SCSampler 3.3.3)."""
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.ops import (intersection_depths, ranks, top_inds,
                                  union_list)
from .clip_choice import ClipChoice, ClipEvidence


def _check_alpha(alpha: float) -> None:
    if not 0 <= alpha <= 1:
        raise ValueError(f'alpha must be in [0, 1], but got {alpha}')


@MODELS.register_module()
class VisualClips(nn.Module):
    """The K clips of the highest visual saliency (SCSampler Sec. 3.1)."""

    NEEDS = ('visual', )

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        return ClipChoice(
            top_inds(evidence.visual, num_selected), evidence.visual)


@MODELS.register_module()
class AudioClips(nn.Module):
    """The K clips of the highest audio saliency (SCSampler Sec. 3.1)."""

    NEEDS = ('audio', )

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        return ClipChoice(
            top_inds(evidence.audio, num_selected), evidence.audio)


@MODELS.register_module()
class AVConvexScore(nn.Module):
    """Top K of ``alpha s^V + (1 - alpha) s^A``.

    SCSampler Table 7, AV-convex-score. With alpha 0.5 this is the average
    that AV-joint-training fine-tunes (stage ``joint``).

    Args:
        alpha (float): Weight of the visual score, in [0, 1]. Defaults to
            0.9, Table 7's.

    Raises:
        ValueError: If alpha is outside [0, 1].
    """

    NEEDS = ('visual', 'audio')

    def __init__(self, alpha: float = 0.9) -> None:
        super().__init__()
        _check_alpha(alpha)
        self.alpha = alpha

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        scores = (self.alpha * evidence.visual +
                  (1 - self.alpha) * evidence.audio)
        return ClipChoice(top_inds(scores, num_selected), scores)


@MODELS.register_module()
class AVConvexList(nn.Module):
    """Top K by the weighted average of the places in both ranked lists.

    SCSampler Table 7, AV-convex-list.

    Args:
        alpha (float): Weight of the visual place, in [0, 1]. Defaults to
            0.8, Table 7's.

    Raises:
        ValueError: If alpha is outside [0, 1].
    """

    NEEDS = ('visual', 'audio')

    def __init__(self, alpha: float = 0.8) -> None:
        super().__init__()
        _check_alpha(alpha)
        self.alpha = alpha

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; scores are minus the average place, from 0."""
        places = (self.alpha * ranks(evidence.visual).double() +
                  (1 - self.alpha) * ranks(evidence.audio).double())
        return ClipChoice(top_inds(-places, num_selected), -places.float())


@MODELS.register_module()
class AVIntersectList(nn.Module):
    """K clips that are high in both ranked lists.

    SCSampler Table 7, AV-intersect-list: the top-m clips of both lists, m
    being raised until they have K in common. Where the last step brings in
    two at once and only one is wanted, it is the one that is higher in
    the visual list.
    """

    NEEDS = ('visual', 'audio')

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; scores are minus the m at which each clip comes in."""
        depths = intersection_depths(evidence.visual, evidence.audio)
        return ClipChoice(top_inds(-depths, num_selected), -depths.float())


@MODELS.register_module()
class AVUnionList(nn.Module):
    """The K' most salient clips by sight, the others by sound.

    SCSampler Table 7, AV-union-list, the paper's best.

    Args:
        num_visual (int): K', at least 1. From K on, sound decides nothing
            and is paid for all the same: use ``VisualClips`` then. Defaults
            to 8, Fig. 4's best for K = 10.

    Raises:
        ValueError: If K' is below 1.
    """

    NEEDS = ('visual', 'audio')

    def __init__(self, num_visual: int = 8) -> None:
        super().__init__()
        if num_visual < 1:
            raise ValueError(
                f'num_visual must be at least 1, but got {num_visual}')
        self.num_visual = num_visual

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; scores are the visual ones, as no score orders both."""
        inds = union_list(
            evidence.visual, evidence.audio,
            min(self.num_visual, num_selected), num_selected)
        return ClipChoice(inds, evidence.visual)
