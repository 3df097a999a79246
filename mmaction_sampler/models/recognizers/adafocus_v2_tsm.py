"""AdaFocusV2-TSM: one place for a short video, trained in one stage."""
from typing import Dict, Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (bilinear_patches, full_precision,
                                  offset_boxes)
from ..classifier import add_prefix, label_targets
from ..costs.adafocus_v2_cost import measure_video_costs
from ..passes import feature_map, use_channels_last
from ..policies.video_batch import one_place
from ..records import record_patches
from .adafocus_types import Recognition
from .adafocus_v2_types import Glance
from .base import ComponentRecognizer, Samples


@MODELS.register_module()
class AdaFocusV2TSM(ComponentRecognizer):
    """AdaFocusV2 on networks with temporal shifts.

    For Something-Something and Jester: after the glance at the whole video
    the policy regresses one place, and the patches of all frames are cut
    there by bilinear interpolation. The one training stage ``end_to_end``
    trains all components, from the policy's place and from a random one.
    As in the authors' code each network learns from a head of its own; the
    classifier sees their features without gradients.

    Inputs are the glance's frames and then the frames for the patches, see
    ``SampleGlanceFocusFrames``. Components: those of :class:`AdaFocusV2`.

    Args:
        global_cnn (dict): Backbone on ``num_glance`` frames, as
            ``MobileNetV2TSM``; its ``num_segments`` is set.
        policy (dict): ``VideoPatchRegressor``.
        local_cnn (dict): Backbone on the patches of ``num_focus`` frames, as
            ``ResNetTSM``; its ``num_segments`` is set.
        classifier (dict): ``GlanceFocusHead``.
        global_head (dict): ``BranchHead`` that trains the global network.
        local_head (dict): The same for the local one and the policy.
        num_glance (int): Frames of the glance. Defaults to 8.
        num_focus (int): Frames for the patches. Defaults to 12.
        patch_size (int): P, pixels. Defaults to 128.
        loss_cls (dict): Defaults to ``dict(type='CrossEntropyLoss')``.
        channels_last (bool): Layout of the convolutions' weights; see
            :class:`OCSampler`. Defaults to True.
        fold_norm (bool): See :class:`ComponentRecognizer`. Defaults to
            True.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict, optional): See MMAction2.
    """

    COMPONENTS = ('global_cnn', 'policy', 'local_cnn', 'classifier',
                  'global_head', 'local_head')
    STAGES = {'end_to_end': COMPONENTS}

    def __init__(self,
                 global_cnn: dict,
                 policy: dict,
                 local_cnn: dict,
                 classifier: dict,
                 global_head: dict,
                 local_head: dict,
                 num_glance: int = 8,
                 num_focus: int = 12,
                 patch_size: int = 128,
                 loss_cls: dict = dict(type='CrossEntropyLoss'),
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints, fold_norm)
        self.global_cnn = MODELS.build(
            dict(global_cnn, num_segments=num_glance))
        self.policy = MODELS.build(policy)
        self.local_cnn = MODELS.build(dict(local_cnn, num_segments=num_focus))
        self.classifier = MODELS.build(classifier)
        self.global_head = MODELS.build(global_head)
        self.local_head = MODELS.build(local_head)
        self.loss_cls = MODELS.build(loss_cls)
        self.num_glance = num_glance
        self.num_focus = num_focus
        self.num_candidates = num_glance + num_focus
        self.patch_size = patch_size
        if channels_last:
            use_channels_last(self)

    def glance(self, frames: Tensor) -> Glance:
        """The global network on the glance's frames.

        Args:
            frames (Tensor): Float ``(B, num_glance, C, H, W)``.
        """
        maps = feature_map(
            self.network('global_cnn'), frames.flatten(0, 1))
        maps = maps.unflatten(0, frames.shape[:2])
        return Glance(maps, maps.mean(dim=(-2, -1)))

    def focus(self, frames: Tensor, patch_offset: Tensor) -> Tensor:
        """The local network on the same patch of all frames for patches.

        Args:
            frames (Tensor): Float ``(B, num_focus, C, H, W)``.
            patch_offset (Tensor): (y, x) in [0, 1], float ``(B, 1, 2)``.

        Returns:
            Tensor: Features, float ``(B, num_focus, C')``.
        """
        offsets = patch_offset.expand(-1, frames.shape[1], -1)
        patches = bilinear_patches(
            frames.flatten(0, 1), offsets.flatten(0, 1), self.patch_size)
        maps = feature_map(self.network('local_cnn'), patches)
        return maps.mean(dim=(-2, -1)).unflatten(0, frames.shape[:2])

    def loss_end_to_end(self, inputs: Tensor,
                        data_samples: Samples) -> Dict[str, Tensor]:
        """The one stage: cross-entropy of classifier and both branches.

        Means over the policy's place and a random one. The patches of both
        go through the local network in one batch, as in AdaFocusV2.
        """
        self._check_inputs(inputs)
        targets = label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        glance = self.glance(inputs[:, :self.num_glance])
        learned = one_place(self.policy, self.policy(glance.maps))
        focused = inputs[:, self.num_glance:]
        local = self.focus(
            torch.cat([focused, focused]),
            torch.cat([learned, torch.rand_like(learned)]))
        logits = self.classifier(
            (torch.cat([glance.vectors.detach()] * 2),
             local.detach())).logits[:, 0]  # (2B, K)
        losses = add_prefix(self._branch_loss(logits, targets), 'classifier')
        first = logits[:len(inputs)].argmax(dim=-1, keepdim=True)
        losses['classifier.top1_acc'] = targets.gather(1, first).mean()
        for name, vectors in (('global_head', glance.vectors),
                              ('local_head', local)):
            logits = getattr(self, name)(vectors).mean(dim=1)
            losses.update(add_prefix(self._branch_loss(logits, targets), name))
        return losses

    def _branch_loss(self, logits: Tensor,
                     targets: Tensor) -> Dict[str, Tensor]:
        """Mean loss of logits ``(B or 2B, K)`` against ``(B, K)``."""
        targets = targets.repeat(len(logits) // len(targets), 1)
        return dict(loss_cls=self.loss_cls(full_precision(logits), targets))

    def recognize(self, inputs: Tensor) -> Recognition:
        """Predict after all frames.

        Args:
            inputs (Tensor): Frames, float ``(B, T, C, H, W)``.

        Returns:
            Recognition: Scores of one step, places in ``num_focus`` frames.
        """
        self._check_inputs(inputs)
        with self.selecting(inputs):
            glance = self.glance(inputs[:, :self.num_glance])
            patch_offset = one_place(self.policy, self.policy(glance.maps))
        local = self.focus(inputs[:, self.num_glance:], patch_offset)
        logits = self.classifier((glance.vectors, local)).logits
        offsets = patch_offset.expand(-1, self.num_focus, -1)
        keep = offsets.new_ones(offsets.shape[:2], dtype=torch.bool)
        return Recognition(
            full_precision(logits).softmax(dim=-1), offsets, keep, None, {})

    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, at least float32, ``(B, num_classes)``."""
        return self.recognize(inputs).scores[:, 0]

    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Classify each video.

        Args:
            inputs (Tensor): Normalised frames, float ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``selection`` (unit
            ``'patch'``, in the frames for patches) and ``cost``.

        Raises:
            ValueError: If T is not ``num_glance + num_focus``.
        """
        recognition = self.recognize(inputs)
        size = inputs.shape[-2:]
        boxes = offset_boxes(recognition.offsets, self.patch_size, *size)
        return record_patches(data_samples, recognition, boxes,
                              self.component_costs(*size), self.num_glance)

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """Trace multiply-adds; see :class:`ComponentRecognizer`.

        The unit of ``global_cnn`` is a frame, of ``local_cnn`` a patch, of
        ``policy`` and ``classifier`` the video.
        """
        return measure_video_costs(self, height, width)

    def _check_inputs(self, inputs: Tensor) -> None:
        self.check_num_candidates(
            inputs, 'set num_glance and num_focus of SampleGlanceFocusFrames '
            "to the model's, which add up to it")
