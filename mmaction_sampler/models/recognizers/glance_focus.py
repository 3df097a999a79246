"""What AdaFocus does in testing: glance, choose patches, focus, classify."""
from typing import Dict, Optional, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (crop_patches, full_precision, patch_boxes,
                                  patch_corners, random_offsets, resize)
from ..costs.adafocus_cost import measure_costs
from ..passes import feature_map, use_channels_last
from ..records import record_patches
from .adafocus_types import Recognition, States
from .base import ComponentRecognizer, Samples


class GlanceFocusRecognizer(ComponentRecognizer):
    """The networks of AdaFocus, and recognition with them.

    AdaFocus Sec. 3.1. How they are trained is :class:`AdaFocus`'s. All T
    frames of all videos go through every network as one batch: the policy
    sees the glance only, never what the patches show.

    Components: ``global_cnn`` (f_G, the authors' glancer), ``local_cnn``
    (f_L, their focuser), ``policy`` (pi), ``classifier`` (f_C).

    Args:
        local_cnn (dict): Backbone on patches ``(M, C, P, P)``.
        policy (dict): ``PatchPolicy``, or a fixed one as a baseline.
        classifier (dict): A ``StepwiseHead`` on the pooled features of
            global and local network, or of the local one alone.
        global_cnn (dict, optional): Backbone on frames. None for a fixed
            policy without reuse of the glance. Defaults to None.
        num_candidates (int): T frames a video, at least 1. Defaults to 16.
        patch_size (int): P, pixels of the input frame. Defaults to 128.
        glance_size (int, optional): Side to which frames are resized for the
            global network, pixels. Defaults to None, their own size.
        reuse_global (bool): Whether the classifier sees the glance, too.
            Without, Eq. 5 does not train the global network. Defaults to
            True.
        reward (dict): Reward of a patch. Defaults to Eq. 7.
        ppo (dict): Settings of the policy's training.
        channels_last (bool): Keep the weights of 2D convolutions in
            channels-last layout, faster on a CPU. Defaults to True.
        fold_norm (bool): See :class:`ComponentRecognizer`. Defaults to
            True.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict, optional): See MMAction2.

    Raises:
        ValueError: If ``global_cnn`` is missing where it is reused.
    """

    COMPONENTS: Tuple[str, ...] = ('global_cnn', 'local_cnn', 'policy',
                                   'classifier')

    def __init__(self,
                 local_cnn: dict,
                 policy: dict,
                 classifier: dict,
                 global_cnn: Optional[dict] = None,
                 num_candidates: int = 16,
                 patch_size: int = 128,
                 glance_size: Optional[int] = None,
                 reuse_global: bool = True,
                 reward: dict = dict(type='PatchReward'),
                 ppo: dict = dict(type='PPOLoss'),
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints, fold_norm)
        if reuse_global and not global_cnn:
            raise ValueError('reuse_global=True needs a global_cnn; give '
                             'one or set reuse_global=False')
        self.global_cnn = global_cnn and MODELS.build(global_cnn)
        self.local_cnn = MODELS.build(local_cnn)
        self.policy = MODELS.build(policy)
        self.classifier = MODELS.build(classifier)
        self.reward = MODELS.build(reward)
        self.ppo = MODELS.build(ppo)
        self.num_candidates = num_candidates
        # What the global network, and so the policies, see.
        self.num_glance = num_candidates
        self.patch_size = patch_size
        self.glance_size = glance_size
        self.reuse_global = reuse_global
        if channels_last:
            use_channels_last(self)

    def glance(self, inputs: Tensor) -> Tensor:
        """Look at all frames coarsely, AdaFocus Eq. (1).

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.

        Returns:
            Tensor: Feature maps e^G, float ``(B, T, C', h, w)``; C' is 0
            without a global network.
        """
        if self.global_cnn is None:
            return inputs.new_empty(*inputs.shape[:2], 0, 1, 1)
        frames = inputs.flatten(0, 1)  # (B * T, C, H, W)
        if self.glance_size:
            frames = resize(frames, self.glance_size)
        maps = feature_map(self.network('global_cnn'), frames)
        return maps.unflatten(0, inputs.shape[:2])

    def patch_features(self, inputs: Tensor, inds: Tensor,
                       offsets: Tensor) -> Tensor:
        """Look closely at any patches, all in one batch, AdaFocus Eq. (2).

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            inds (Tensor): The frame of each patch among the B * T frames,
                long ``(M, )``.
            offsets (Tensor): Places (y, x), float ``(M, 2)`` in [0, 1].

        Returns:
            Tensor: Pooled features of the patches, float ``(M, C')``.
        """
        corners = patch_corners(offsets, self.patch_size, *inputs.shape[-2:])
        patches = crop_patches(
            inputs.flatten(0, 1), inds, corners, self.patch_size)
        maps = feature_map(self.network('local_cnn'), patches)
        return maps.mean(dim=(-2, -1))

    def focus(self, inputs: Tensor, offsets: Tensor) -> Tensor:
        """Look closely at one patch of every frame, or at S of them.

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            offsets (Tensor): Places (y, x), float ``(B, T, 2)`` or
                ``(S, B, T, 2)`` in [0, 1].

        Returns:
            Tensor: Pooled e^L, float ``(B, T, C')`` or ``(S, B, T, C')``.
        """
        num_frames = inputs.shape[0] * inputs.shape[1]
        inds = torch.arange(num_frames, device=inputs.device)
        places = offsets.reshape(-1, 2)
        features = self.patch_features(
            inputs, inds.repeat(len(places) // num_frames), places)
        return features.view(*offsets.shape[:-1], -1)

    def fuse(self, maps: Tensor, local_features: Tensor) -> Tensor:
        """What the classifier sees of every frame, as in AdaFocus Eq. (4).

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            local_features (Tensor): Pooled e^L, float ``(B, T, C')``.

        Returns:
            Tensor: Float ``(B, T, C + C')``, or ``(B, T, C')`` without reuse
            of the glance.
        """
        if not self.reuse_global:
            return local_features
        return torch.cat([maps.mean(dim=(-2, -1)), local_features], dim=-1)

    def random_offsets(self, inputs: Tensor) -> Tensor:
        """A random place for every frame, float ``(B, T, 2)``."""
        return random_offsets(*inputs.shape[:2], inputs.device)

    def recognize(self,
                  inputs: Tensor,
                  states: Optional[States] = None) -> Recognition:
        """Predict after every frame.

        Args:
            inputs (Tensor): Frames v, any number T of them, float
                ``(B, T, C, H, W)``.
            states (dict[str, Tensor], optional): Memory of the frames
                before. Defaults to None, the beginning of the video.

        Returns:
            Recognition: Scores, places and memory.
        """
        states = states or {}
        with self.selecting(inputs):
            maps = self.glance(inputs)
            offsets, policy_state = self.policy.best_offsets(
                maps, states.get('policy'))
        output = self.classifier(
            self.fuse(maps, self.focus(inputs, offsets)),
            states.get('classifier'))
        keep = offsets.new_ones(offsets.shape[:2], dtype=torch.bool)
        return Recognition(
            full_precision(output.logits).softmax(dim=-1), offsets, keep,
            None, dict(policy=policy_state, classifier=output.states[:, -1]))

    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, float32 ``(B, num_classes)``."""
        self.check_inputs(inputs)
        return self.recognize(inputs).scores[:, -1]

    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Classify each video after its last frame.

        Args:
            inputs (Tensor): Normalised frames, float ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``selection`` and ``cost``.

        Raises:
            ValueError: If T is not ``num_candidates``.
        """
        self.check_inputs(inputs)
        recognition = self.recognize(inputs)
        size = inputs.shape[-2:]
        corners = patch_corners(recognition.offsets, self.patch_size, *size)
        return record_patches(
            data_samples, recognition, patch_boxes(corners, self.patch_size),
            self.component_costs(*size),
            first=inputs.shape[1] - recognition.keep.shape[1])

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """Trace multiply-adds; see :class:`ComponentRecognizer`.

        The unit of ``global_cnn`` is a frame, of ``local_cnn`` a patch, of
        ``policy`` and ``classifier`` the video.
        """
        features = next(self.parameters()).new_zeros(
            1, self.num_candidates, self.classifier.in_channels)
        return measure_costs(self, height, width, [features])

    def check_inputs(self, inputs: Tensor) -> None:
        """Raise a ValueError if T is not ``num_candidates``."""
        self.check_num_candidates(
            inputs, 'sample as many frames in the pipeline')
