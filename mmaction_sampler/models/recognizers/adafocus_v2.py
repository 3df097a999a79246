"""AdaFocusV2: where to look in every frame, trained in one stage."""
from typing import Dict, Optional, Tuple, get_args

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (ExitCriterion, bilinear_patches,
                                  full_precision, interpolate)
from ..classifier import add_prefix, label_targets
from ..costs.adafocus_v2_cost import measure_costs
from ..passes import feature_map, use_channels_last
from ..records import record_seen_videos
from .adafocus_v2_types import Glance, Seen, SeenVideos, VideoState
from .base import ComponentRecognizer, Samples
from .conditional_exit import see_until_exit
from .streaming import refuse_training_mode


@MODELS.register_module()
class AdaFocusV2(ComponentRecognizer):
    """One patch of every frame, its place learned by backpropagation.

    The global network glances at every frame, the policy regresses a patch
    (y, x), the local network looks at it closely, the classifier predicts
    after every frame. Patches are cut by bilinear interpolation, so that the
    one training stage ``end_to_end`` trains all components by cross-entropy,
    of the classifier and of both branches alone, from the policy's patches
    and from random ones (so that the local network sees all sorts).

    Frames are processed in the order given (see ``OrderFrames``). A video
    leaves after the first frame at which its confidence reaches the step's
    threshold, in the buffer ``exit_thresholds`` ``(T, )``: infinite (no
    exit) until ``solve_exit_thresholds.py`` has solved it for a budget.

    Components: ``global_cnn`` (f_G), ``policy`` (pi), ``local_cnn`` (f_L),
    ``classifier`` (f_C), and ``global_head`` and ``local_head``, which are
    there in training alone.

    Args:
        global_cnn (dict): Backbone on frames ``(N, C, h, w)`` that gives one
            feature map.
        policy (dict): ``PatchRegressor``.
        local_cnn (dict): Backbone on patches ``(N, C, P, P)``.
        classifier (dict): ``RunningMaxHead``; ``num_steps`` is set here.
        global_head (dict, optional): ``BranchHead`` that supervises the
            global features. Defaults to None.
        local_head (dict, optional): The same for the local ones.
        num_candidates (int): T, frames of a video, at least 1.
        patch_size (int): Side P of the patches, pixels.
        glance_resize (dict, optional): Options of
            ``torch.nn.functional.interpolate`` that make the glance from a
            frame, as ``dict(size=96, mode='bilinear')``. Defaults to None,
            the frame as it is.
        conditional_exit (str, optional): Confidence that is compared with
            the thresholds: ``'probability'``, ``'logit'``, or None for no
            exit. Defaults to ``'probability'``.
        loss_cls (dict): Defaults to ``dict(type='CrossEntropyLoss')``.
        channels_last (bool): Layout of the convolutions' weights; see
            :class:`OCSampler`. Defaults to True.
        fold_norm (bool): See :class:`ComponentRecognizer`. Defaults to
            True.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict, optional): See MMAction2.

    Raises:
        ValueError: If an option is outside its range.
    """

    COMPONENTS = ('global_cnn', 'policy', 'local_cnn', 'classifier',
                  'global_head', 'local_head')
    STAGES = {'end_to_end': COMPONENTS}

    def __init__(self,
                 global_cnn: dict,
                 policy: dict,
                 local_cnn: dict,
                 classifier: dict,
                 global_head: Optional[dict] = None,
                 local_head: Optional[dict] = None,
                 num_candidates: int = 16,
                 patch_size: int = 128,
                 glance_resize: Optional[dict] = None,
                 conditional_exit: Optional[ExitCriterion] = 'probability',
                 loss_cls: dict = dict(type='CrossEntropyLoss'),
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints, fold_norm)
        known = (None, *get_args(ExitCriterion))
        if conditional_exit not in known:
            raise ValueError(
                f'conditional_exit must be one of '
                f'{", ".join(map(repr, known))}, but got '
                f'{conditional_exit!r}')
        self.global_cnn = MODELS.build(global_cnn)
        self.policy = MODELS.build(policy)
        self.local_cnn = MODELS.build(local_cnn)
        # A sweep of T has to reach the classifier's steps.
        self.classifier = MODELS.build(
            dict(classifier, num_steps=num_candidates))
        self.global_head = global_head and MODELS.build(global_head)
        self.local_head = local_head and MODELS.build(local_head)
        self.loss_cls = MODELS.build(loss_cls)
        self.num_candidates = num_candidates
        self.patch_size = patch_size
        self.glance_resize = glance_resize
        self.conditional_exit = conditional_exit
        self.register_buffer(
            'exit_thresholds', torch.full((num_candidates, ), float('inf')))
        if channels_last:
            use_channels_last(self)

    def glance(self, frames: Tensor) -> Glance:
        """The global network on S frames of each video.

        Args:
            frames (Tensor): Float ``(B, S, C, H, W)``.
        """
        images = frames.flatten(0, 1)  # (B * S, C, H, W)
        if self.glance_resize:
            images = interpolate(images, self.glance_resize)
        maps = feature_map(self.network('global_cnn'), images)
        vectors = _mean(maps).unflatten(0, frames.shape[:2])
        return Glance(maps.unflatten(0, frames.shape[:2]), vectors)

    def focus(self, frames: Tensor, patch_offset: Tensor) -> Tensor:
        """The local network on one patch of each frame.

        Args:
            frames (Tensor): Float ``(B, S, C, H, W)``.
            patch_offset (Tensor): (y, x) in [0, 1], float ``(B, S, 2)``.

        Returns:
            Tensor: Features, float ``(B, S, C)``.
        """
        patches = bilinear_patches(
            frames.flatten(0, 1), patch_offset.flatten(0, 1),
            self.patch_size)  # (B * S, C, P, P)
        vectors = _mean(feature_map(
            self.network('local_cnn'), patches))
        return vectors.unflatten(0, frames.shape[:2])

    def see(self, frames: Tensor, state: Optional[VideoState] = None) -> Seen:
        """Go on with the next S frames of each video, all at once.

        The one way through the networks at test time: S = T for whole
        videos, S = 1 for a stream and between exits.

        Args:
            frames (Tensor): Float ``(B, S, C, H, W)``.
            state (VideoState, optional): After the frames before. Defaults
                to None, new videos.

        Returns:
            Seen: Logits, patch offsets and state after these frames.
        """
        hidden, running_max, num_seen = state or (None, None, 0)
        with self.selecting(frames):
            glance = self.glance(frames)
            patch_offset, hidden = self.policy(glance.maps, hidden)
        local = self.focus(frames, patch_offset)
        features = torch.cat([glance.vectors, local], dim=-1)
        logits, running_max = self.classifier(features, running_max, num_seen)
        state = VideoState(hidden, running_max, num_seen + frames.shape[1])
        return Seen(full_precision(logits), patch_offset, state)

    @torch.no_grad()
    def stream(
        self,
        frame: Tensor,
        state: Optional[VideoState] = None
    ) -> Tuple[Tensor, VideoState]:
        """Predict online: one more frame of each video, one frame's cost.

        Args:
            frame (Tensor): Normalised, float ``(B, C, H, W)``.
            state (VideoState, optional): What the call for the frame before
                gave. Defaults to None, the first frame.

        Returns:
            tuple[Tensor, VideoState]: Class probabilities from the frames
            so far, float ``(B, num_classes)``, and the state for the next.

        Raises:
            ValueError: If it is frame T + 1 of a video, or the model is in
                training mode.
        """
        refuse_training_mode(self)
        seen = self.see(frame[:, None], state)
        return seen.logits[:, 0].softmax(dim=-1), seen.state

    def loss_end_to_end(self, inputs: Tensor,
                        data_samples: Samples) -> Dict[str, Tensor]:
        """The one stage: cross-entropy of classifier and both branches.

        Means over all steps, over the policy's patches and random ones. The
        patches of both go through the local network in one batch, so that
        batch normalisation sees the mixture that it later knows.
        """
        self._check_inputs(inputs)
        targets = label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        glance = self.glance(inputs)
        learned, _ = self.policy(glance.maps)
        patch_offset = torch.cat([learned, torch.rand_like(learned)])
        local = self.focus(torch.cat([inputs, inputs]), patch_offset)
        features = torch.cat(
            [torch.cat([glance.vectors] * 2), local], dim=-1)  # (2B, T, C)
        logits, _ = self.classifier(features)
        losses = add_prefix(self._branch_loss(logits, targets), 'classifier')
        first = logits[:len(inputs), -1].argmax(dim=-1, keepdim=True)
        losses['classifier.top1_acc'] = targets.gather(1, first).mean()
        for name, vectors in (('global_head', glance.vectors),
                              ('local_head', local)):
            if getattr(self, name) is not None:
                logits = getattr(self, name)(vectors)
                losses.update(
                    add_prefix(self._branch_loss(logits, targets), name))
        return losses

    def _branch_loss(self, logits: Tensor,
                     targets: Tensor) -> Dict[str, Tensor]:
        """Mean loss of logits ``(B or 2B, T, K)`` against ``(B, K)``."""
        repeats = len(logits) // len(targets)
        targets = targets.repeat(repeats, 1)[:, None].expand_as(logits)
        logits = full_precision(logits)
        return dict(loss_cls=self.loss_cls(
            logits.flatten(0, 1), targets.flatten(0, 1)))

    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, at least float32, ``(B, num_classes)``."""
        return self._see_videos(inputs).final_logits().softmax(dim=-1)

    def _see_videos(self, inputs: Tensor) -> SeenVideos:
        """Whole videos, in one batch unless some may leave early."""
        self._check_inputs(inputs)
        if self.conditional_exit and self.exit_thresholds.isfinite().any():
            return see_until_exit(self.see, inputs, self.exit_thresholds,
                                  self.conditional_exit)
        seen = self.see(inputs)
        num_seen = torch.full(
            (len(inputs), ), self.num_candidates, device=inputs.device)
        return SeenVideos(seen.logits, seen.patch_offset, num_seen)

    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Classify each video, frame by frame until it leaves.

        Args:
            inputs (Tensor): Normalised frames, in the order in which they
                are looked at, float ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``selection`` (unit
            ``'patch'``), ``cost``, and after each of the N frames seen
            ``step_scores`` ``(N, num_classes)``, ``step_confidence (N, )``.

        Raises:
            ValueError: If T is not ``num_candidates``.
        """
        seen = self._see_videos(inputs)
        size = tuple(inputs.shape[-2:])
        return record_seen_videos(
            data_samples, seen, self.patch_size, size,
            self.component_costs(*size), self.conditional_exit)

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """Trace multiply-adds without exits; the unit is a frame."""
        return measure_costs(self, height, width)

    def _check_inputs(self, inputs: Tensor) -> None:
        self.check_num_candidates(
            inputs, 'set num_candidates of SampleCandidateFrames to the same '
            'number')


def _mean(maps: Tensor) -> Tensor:
    """Means of feature maps ``(N, C, h, w)`` over space, ``(N, C)``."""
    return F.adaptive_avg_pool2d(maps, 1).flatten(1)
