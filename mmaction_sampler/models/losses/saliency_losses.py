"""Three ways to teach a network which clips are salient."""
from typing import NamedTuple, Optional

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.dist import all_reduce, get_world_size
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision


class ClipSaliency(NamedTuple):
    """What a saliency network says of the L clips of a batch.

    Attributes:
        saliency (Tensor): s in [0, 1], float ``(L, )``.
        logits (Tensor, optional): Of M pictures, float ``(M, O)``. None
            where several networks' saliencies were averaged.
        clips (Tensor, optional): The clip of each picture, long ``(M, )``.
    """
    saliency: Tensor
    logits: Optional[Tensor] = None
    clips: Optional[Tensor] = None


class ClipTruth(NamedTuple):
    """What is known of the same clips.

    Attributes:
        targets (Tensor): Labels of B videos, zeros and ones, float
            ``(B, num_classes)``.
        videos (Tensor): The video of each clip, long ``(L, )``.
        confidence (Tensor, optional): Oracle scores f_y of the clips, float
            ``(L, )`` in [0, 1]. None if nobody has asked the classifier.
        top_share (Tensor, optional): The oracle's places of the clips among
            all clips of their videos, see :func:`oracle_labels`, float
            ``(L, )``. None like ``confidence``.
    """
    targets: Tensor
    videos: Tensor
    confidence: Optional[Tensor] = None
    top_share: Optional[Tensor] = None


def pair_labels(confidence: Tensor, videos: Tensor) -> Tensor:
    """Which clip of a pair the classifier is surer of on the truth.

    SCSampler Eq. (1), save for pairs of equal confidence, which teach
    nothing, and for clips of two videos, which are no pair.

    Args:
        confidence (Tensor): f_y, float ``(L, )``.
        videos (Tensor): The video of each clip, long ``(L, )``.

    Returns:
        Tensor: z, long ``(L, L)``: 1 where the row's clip scores higher, -1
        where the column's does, 0 where there is no pair to learn from.
    """
    order = (confidence[:, None] - confidence[None]).sign().long()
    return order * (videos[:, None] == videos[None])


def oracle_labels(top_share: Tensor, positive_fraction: float) -> Tensor:
    """Which clips are among those that the oracle takes of their video.

    SCSampler Sec. 3.2.2: K of all L clips of a video, of which a batch may
    have some alone.

    Args:
        top_share (Tensor): Least share of all clips of the video, best
            first, that has the clip in it, float ``(L, )`` in [0, 1]; 0 for
            the best.
        positive_fraction (float): K / L, where K is rounded down, but at
            least 1.

    Returns:
        Tensor: 1 for the oracle's clips, else 0, float ``(L, )``.
    """
    rounding = 1e-6  # of a share in single precision
    return (top_share <= positive_fraction + rounding).to(top_share)


def _of_oracle(scores: Optional[Tensor], loss: nn.Module) -> Tensor:
    """What the oracle says of the clips, or a clear error."""
    if scores is None:
        raise ValueError(
            f'{type(loss).__name__} learns from oracle scores of the clips, '
            f'but the samples have none; write them with '
            f'tools/scsampler/score_clips.py and add LoadClipScores to the '
            f'training pipeline')
    return scores


def _rank_weight(count: Tensor) -> Tensor:
    """What weighs a mean over this rank's items, whose number differs.

    Gradients are averaged over ranks. So weighted, they are those of the mean
    over all ranks' items. One process has weight 1.

    Args:
        count (Tensor): Items of this rank, a long scalar.

    Returns:
        Tensor: A float scalar, at least 0.
    """
    mean_count = count.float()
    all_reduce(mean_count, op='mean')
    return count / mean_count.clamp(min=1 / get_world_size())


@MODELS.register_module()
class ActionClassificationLoss(nn.Module):
    """AC: every clip is taken for an example of the video's action.

    SCSampler Table 4, Sec. 3.2.1. Needs a head with a logit for each class,
    and no oracle. Of several true labels each has an equal share; a video
    without labels adds nothing.
    """

    def forward(self, output: ClipSaliency, truth: ClipTruth) -> Tensor:
        """Cross-entropy, mean over the pictures.

        Args:
            output (ClipSaliency): With ``logits`` ``(M, num_classes)``.
            truth (ClipTruth): Of the same clips.

        Returns:
            Tensor: A scalar, nats.

        Raises:
            ValueError: If there are no logits of all classes.
        """
        num_classes = truth.targets.shape[1]
        if output.logits is None or output.logits.shape[1] != num_classes:
            raise ValueError(
                f'ActionClassificationLoss needs a logit for each of the '
                f'{num_classes} classes; use ActionSaliencyHead, and in '
                f'joint training another loss')
        num_labels = truth.targets.sum(dim=1, keepdim=True)
        shares = truth.targets / num_labels.clamp(min=1)
        targets = shares[truth.videos[output.clips]]  # (M, num_classes)
        weight = _rank_weight(output.clips.new_tensor(len(output.clips)))
        # A mean over no picture would not be a number.
        loss = F.cross_entropy(
            full_precision(output.logits), targets, reduction='sum')
        return weight * loss / max(len(targets), 1)


@MODELS.register_module()
class SaliencyClassificationLoss(nn.Module):
    """SAL-CL: tell the oracle's clips from the others.

    SCSampler Table 4, Sec. 3.2.2: binary cross-entropy with pseudo labels,
    which say whether a clip is among the best of all clips of its video.

    Args:
        positive_fraction (float): Share of a video's clips that are labelled
            salient, in (0, 1). Defaults to 0.5, the paper's K = L / 2
            rounded down.

    Raises:
        ValueError: If the share is outside (0, 1).
    """

    def __init__(self, positive_fraction: float = 0.5) -> None:
        super().__init__()
        if not 0 < positive_fraction < 1:
            raise ValueError(f'positive_fraction must be in (0, 1), but got '
                             f'{positive_fraction}')
        self.positive_fraction = positive_fraction

    def forward(self, output: ClipSaliency, truth: ClipTruth) -> Tensor:
        """Binary cross-entropy, mean over the clips.

        Args:
            output (ClipSaliency): Of L clips.
            truth (ClipTruth): Of the same clips, with ``top_share``.

        Returns:
            Tensor: A scalar, nats.

        Raises:
            ValueError: If the truth has no places among the oracle's clips.
        """
        labels = oracle_labels(
            _of_oracle(truth.top_share, self), self.positive_fraction)
        saliency = full_precision(output.saliency)
        # Not for autocast: outside it, as the saliency is in full precision.
        with torch.autocast(saliency.device.type, enabled=False):
            loss = F.binary_cross_entropy(
                saliency, labels.to(saliency), reduction='sum')
        weight = _rank_weight(truth.videos.new_tensor(len(labels)))
        return weight * loss / max(len(labels), 1)


@MODELS.register_module()
class SaliencyRankingLoss(nn.Module):
    """SAL-RANK: order the clips of a video as the classifier would.

    SCSampler Eq. (2), as a hinge that is zero for a pair that is in the
    right order by the margin: ``max(0, margin - z (s_i - s_j))``. The paper
    prints ``max(0, -z (s_i - s_j + margin))``, which for z = 1 would be zero
    already for a wrong order within the margin.

    Args:
        margin (float): eta, the wanted distance of saliencies, in (0, 1].
            Defaults to 0.1; the paper gives no value.

    Raises:
        ValueError: If the margin is outside (0, 1].
    """

    def __init__(self, margin: float = 0.1) -> None:
        super().__init__()
        if not 0 < margin <= 1:
            raise ValueError(f'margin must be in (0, 1], but got {margin}')
        self.margin = margin

    def forward(self, output: ClipSaliency, truth: ClipTruth) -> Tensor:
        """Mean hinge over the pairs of all videos.

        Args:
            output (ClipSaliency): Of L clips.
            truth (ClipTruth): Of the same clips, with ``confidence``.

        Returns:
            Tensor: A scalar, at least 0; 0 if no pair differs.

        Raises:
            ValueError: If the truth has no oracle scores.
        """
        labels = pair_labels(
            _of_oracle(truth.confidence, self), truth.videos)
        saliency = full_precision(output.saliency)
        distance = saliency[:, None] - saliency[None]  # (L, L)
        hinge = (self.margin - labels * distance).clamp(min=0)
        is_pair = labels != 0
        num_pairs = is_pair.sum()
        return _rank_weight(num_pairs) * (
            torch.where(is_pair, hinge, 0.).sum() / num_pairs.clamp(min=1))
