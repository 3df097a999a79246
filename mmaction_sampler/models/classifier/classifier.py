"""Any MMAction2 recognizer as the recipient of selected frames."""
from typing import Dict, List

import torch
from mmaction.models.backbones.resnet_tsm import NL3DWrapper, TemporalShift
from mmaction.models.heads import TSMHead
from mmaction.models.recognizers import Recognizer3D
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs
from mmaction_sampler.ops import full_precision


def take_frames(candidates: Tensor, inds: Tensor) -> Tensor:
    """The chosen candidates of every video.

    Args:
        candidates (Tensor): Float ``(B, T, C, H, W)``.
        inds (Tensor): Candidate positions, long ``(B, N)``, or of S clips
            a video ``(S, B, N)``.

    Returns:
        Tensor: Float ``(B, N, C, H, W)`` or ``(S, B, N, C, H, W)``.
    """
    # Not len(), which an export would take as fixed.
    rows = torch.arange(candidates.shape[0], device=inds.device)[:, None]
    return candidates[rows, inds]


def fit_segments(classifier: BaseRecognizer, num_frames: int) -> None:
    """Tell the temporal shift how many of the frames are one clip.

    TSM takes all clips' frames in one batch and has ``num_segments``, the
    frames of a clip, fixed when it is built; the number differs between
    warm-up and policy, and between budgets. The weights do not depend on it.

    Args:
        classifier (BaseRecognizer): A recognizer, with TSM or without.
        num_frames (int): N, frames of each clip.

    Raises:
        ValueError: If the backbone pools over time (``temporal_pool``) and
            was built for another number of frames.
    """
    backbone = classifier.backbone
    if getattr(backbone, 'temporal_pool', False):
        if backbone.num_segments != num_frames:
            raise ValueError(
                f'a backbone with temporal_pool takes clips of num_segments='
                f'{backbone.num_segments} frames alone, but got {num_frames}; '
                f'set num_segments of backbone and head to {num_frames}, or '
                f'temporal_pool=False')
        return
    for module in classifier.modules():
        if isinstance(module, (TemporalShift, NL3DWrapper, TSMHead)):
            module.num_segments = num_frames


def classifier_input(classifier: BaseRecognizer, clips: Tensor) -> Tensor:
    """Bring clips into the layout that the recognizer takes.

    A 2D recognizer with temporal shift is told N; see :func:`fit_segments`.

    Args:
        classifier (BaseRecognizer): A ``Recognizer2D`` or ``Recognizer3D``.
        clips (Tensor): Float ``(B, N, C, H, W)``.

    Returns:
        Tensor: ``(B, N, C, H, W)`` (2D) or ``(B, 1, C, N, H, W)`` (3D).
    """
    if isinstance(classifier, Recognizer3D):
        return clips.transpose(1, 2).unsqueeze(1)  # (B, 1, C, N, H, W)
    fit_segments(classifier, clips.shape[1])
    return clips


def classify(classifier: BaseRecognizer, clips: Tensor) -> Tensor:
    """Class probabilities of clips, OCSampler Eq. (3).

    What the recognizer's own ``predict`` computes, up to the softmax.

    Args:
        classifier (BaseRecognizer): A ``Recognizer2D`` or ``Recognizer3D``.
        clips (Tensor): Float ``(B, N, C, H, W)``.

    Returns:
        Tensor: Probabilities p, at least float32, ``(B, num_classes)``, rows
        sum to 1.
    """
    feats, head_options = classifier.extract_feat(
        classifier_input(classifier, clips), test_mode=True)
    scores = classifier.cls_head(feats, **head_options)
    return full_precision(scores).softmax(dim=-1)


class ClassifierScores(nn.Module):
    """:func:`classify` as a module, so that its cost can be traced."""

    def __init__(self, classifier: BaseRecognizer) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, clips: Tensor) -> Tensor:
        """See :func:`classify`."""
        return classify(self.classifier, clips)


def label_targets(data_samples: List[ActionDataSample], num_classes: int,
                  device: torch.device) -> Tensor:
    """Ground-truth labels as rows of zeros and ones.

    Args:
        data_samples (list[ActionDataSample]): B samples, ``gt_label`` long
            ``(1, )``, or zeros and ones ``(num_classes, )`` for multi-label.
        num_classes (int): Number of classes.
        device (torch.device): Where the targets are wanted.

    Returns:
        Tensor: Float ``(B, num_classes)``.

    Raises:
        ValueError: If a label lies outside [0, num_classes).
    """
    labels = torch.stack([s.gt_label for s in data_samples]).to(device)
    if labels.shape[1] == num_classes and num_classes > 1:
        return labels.float()
    if labels.shape[1] != 1:
        raise ValueError(
            f'gt_label has {labels.shape[1]} entries, but the classifier has '
            f'num_classes={num_classes}; set num_classes of the dataset and '
            f'of the classifier head to the same number')
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f'labels must be in [0, num_classes={num_classes}), but the '
            f'batch has {labels.flatten().tolist()}')
    return torch.zeros(
        len(labels), num_classes, device=device).scatter_(1, labels, 1.)


def keep_full_precision(head: nn.Module) -> None:
    """Let a head of MMAction2 give at least float32, also under autocast.

    Its accuracy goes through NumPy, which has no bfloat16.

    Args:
        head (nn.Module): Changed in place.
    """
    head.register_forward_hook(_full_precision_scores)


def _full_precision_scores(head: nn.Module, inputs: tuple,
                           scores: Tensor) -> Tensor:
    return full_precision(scores)


def add_prefix(losses: Dict[str, Tensor], prefix: str) -> Dict[str, Tensor]:
    """Put a component's name before its log keys."""
    return {f'{prefix}.{k}': v for k, v in losses.items()}


def clip_cost(recognizer: BaseRecognizer, num_clips: int, clip_len: int,
              height: int, width: int) -> ComponentCost:
    """What an MMAction2 recognizer of clips costs for one video.

    Args:
        recognizer (BaseRecognizer): A ``Recognizer3D``.
        num_clips (int): Clips of a video.
        clip_len (int): Frames of a clip.
        height (int): H of the frames, pixels.
        width (int): W of the frames, pixels.

    Returns:
        ComponentCost: The unit is a clip.
    """
    clip = next(recognizer.parameters()).new_zeros(
        1, clip_len, 3, height, width)
    return ComponentCost(
        count_macs(ClassifierScores(recognizer), [clip]), num_clips)
