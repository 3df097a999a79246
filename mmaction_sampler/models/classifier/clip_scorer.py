"""Class probabilities of many clips out of the same candidates."""
from typing import Optional

import torch
from mmaction.models.recognizers import Recognizer2D
from mmaction.models.recognizers.base import BaseRecognizer
from torch import Tensor

from mmaction_sampler.ops import full_precision
from ..passes import images_of_a_pass
from .classifier import classify, fit_segments, take_frames


def sees_frames_alone(classifier: BaseRecognizer) -> bool:
    """Whether only the head of a classifier brings frames together.

    Args:
        classifier (BaseRecognizer): Any of MMAction2's.

    Returns:
        bool: True for a ``Recognizer2D`` without neck whose backbone has no
        temporal operation. MMAction2's 2D backbones with one (TSM, TIN,
        TANet) all know their ``num_segments``; one of your own has to, too.
    """
    test_cfg = classifier.test_cfg or {}
    return (isinstance(classifier, Recognizer2D)
            and not classifier.with_neck and not test_cfg.get('fcn_test')
            and not any(hasattr(module, 'num_segments')
                        for module in classifier.backbone.modules()))


def frame_features(classifier: BaseRecognizer, frames: Tensor) -> Tensor:
    """What the head of a classifier takes, for each frame.

    Args:
        classifier (BaseRecognizer): One that :func:`sees_frames_alone`.
        frames (Tensor): Of any videos, float ``(M, C, H, W)``.

    Returns:
        Tensor: Feature maps, float ``(M, C', h, w)``.
    """
    size = images_of_a_pass(classifier.backbone, frames)
    parts = [classifier.extract_feat(part[None], test_mode=True)[0]
             for part in frames.split(size)]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def head_probs(classifier: BaseRecognizer, features: Tensor,
               num_frames: int) -> Tensor:
    """Class probabilities of clips from their frames' features.

    Args:
        classifier (BaseRecognizer): One that :func:`sees_frames_alone`.
        features (Tensor): Of B clips, float ``(B * N, C', h, w)``.
        num_frames (int): N.

    Returns:
        Tensor: At least float32, ``(B, num_classes)``, rows sum to 1.
    """
    fit_segments(classifier, num_frames)  # MMAction2's TSMHead asks for it
    scores = classifier.cls_head(features, num_segs=num_frames)
    return full_precision(scores).softmax(dim=-1)


class ClipScorer:
    """A frozen classifier on any clips of one batch of videos.

    Where it sees frames alone and more of them are asked for than there are
    candidates, every candidate goes through the backbone once; the clips are
    then put together from features.

    Args:
        classifier (BaseRecognizer): The frozen classifier f_C.
        candidates (Tensor): Float ``(B, T, C, H, W)``.
    """

    def __init__(self, classifier: BaseRecognizer, candidates: Tensor) -> None:
        self.classifier = classifier
        self.candidates = candidates
        self._alone = sees_frames_alone(classifier)
        self._features: Optional[Tensor] = None  # (B, T, C', h, w)

    @torch.no_grad()
    def __call__(self, inds: Tensor,
                 videos: Optional[Tensor] = None) -> Tensor:
        """Class probabilities of S clips of every video, in one batch.

        Args:
            inds (Tensor): Chosen candidates, long ``(S, B', N)``.
            videos (Tensor, optional): Positions in the batch of the videos
                that they belong to, long ``(B', )``. Defaults to None, all.

        Returns:
            Tensor: At least float32, ``(S, B', num_classes)``.
        """
        num_frames = inds.shape[2]
        shares = self._shares(len(inds) * num_frames)
        units = self._shared_features() if shares else self.candidates
        clips = take_frames(units if videos is None else units[videos], inds)
        if shares:
            probs = head_probs(
                self.classifier, clips.flatten(0, 2), num_frames)
        else:
            probs = classify(self.classifier, clips.flatten(0, 1))
        return probs.unflatten(0, inds.shape[:2])

    def _shares(self, frames_per_video: int) -> bool:
        return self._alone and (self._features is not None
                                or frames_per_video > self.candidates.shape[1])

    def _shared_features(self) -> Tensor:
        if self._features is None:
            features = frame_features(
                self.classifier, self.candidates.flatten(0, 1))
            self._features = features.unflatten(
                0, self.candidates.shape[:2])
        return self._features


def confidence(probs: Tensor, targets: Tensor) -> Tensor:
    """Probability p_y of the truth; with several true labels, of any.

    Args:
        probs (Tensor): Float ``(S, B, num_classes)``.
        targets (Tensor): Zeros and ones, float ``(B, num_classes)``.

    Returns:
        Tensor: Float ``(S, B)`` in [0, 1].
    """
    return (probs * targets).sum(dim=-1)


def classify_selected(classifier: BaseRecognizer, candidates: Tensor,
                      selected: Tensor) -> Tensor:
    """Class probabilities of videos with different numbers of frames.

    A classifier that sees frames alone runs on the flat list of all selected
    frames of the batch; another one on the videos of equal N together.

    Args:
        classifier (BaseRecognizer): The classifier f_C.
        candidates (Tensor): Float ``(B, T, C, H, W)``.
        selected (Tensor): Which candidates are selected, bool ``(B, T)``,
            at least one of each video.

    Returns:
        Tensor: At least float32, ``(B, num_classes)``, rows sum to 1.
    """
    counts = selected.sum(dim=1)  # (B, )
    frames = candidates[selected]  # (sum of N, C, H, W), by video, then time
    alone = sees_frames_alone(classifier)
    units = frame_features(classifier, frames) if alone else frames
    owners = counts.repeat_interleave(counts)  # N of each frame's video
    scores = []
    for num_frames in counts.unique().tolist():
        group = units[owners == num_frames]
        scores.append(
            head_probs(classifier, group, num_frames) if alone else classify(
                classifier, group.unflatten(0, (-1, num_frames))))
    # The groups stand in ascending order of N; back to the batch's order.
    order = counts.argsort(stable=True).argsort()
    return torch.cat(scores)[order]
