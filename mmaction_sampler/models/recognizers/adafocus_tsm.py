"""AdaFocus-TSM: one place for a whole, short video."""
from typing import Dict, Optional, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import full_precision, random_offsets
from ..costs.adafocus_cost import measure_costs
from ..policies.video_batch import one_place
from .adafocus import AdaFocus
from .adafocus_types import Recognition, States


@MODELS.register_module()
class AdaFocusTSM(AdaFocus):
    """AdaFocus on networks with temporal shifts.

    AdaFocus Sec. 4.2. The policy sees the glance at the whole video and
    chooses one place; the patches of all frames are cut there, so that the
    shifts between them make sense. Inputs are the glance's frames and then
    the frames for the patches, ``SampleGlanceFocusFrames``. Components and
    stages: see :class:`AdaFocus`.

    Args:
        local_cnn (dict): Backbone on the patches of ``num_focus`` frames, as
            ``ResNetTSM``; its ``num_segments`` is set.
        policy (dict): ``VideoPatchPolicy`` or ``ContinuousPatchPolicy``.
        classifier (dict): ``GlanceFocusHead``.
        global_cnn (dict): Backbone on ``num_glance`` frames, as
            ``MobileNetV2TSM``; its ``num_segments`` is set.
        num_glance (int): Frames of the glance. Defaults to 8.
        num_focus (int): Frames for the patches. Defaults to 12.
        patch_size (int): P, pixels. Defaults to 144.
        reward (dict): Reward of the place. Defaults to Eq. 7.
        ppo (dict): Settings of the policy's training.
        channels_last (bool): Defaults to True.
        fold_norm (bool): Defaults to True.
        component_checkpoints (dict, optional): Defaults to None.
        data_preprocessor (dict, optional): Defaults to None.
    """

    def __init__(self,
                 local_cnn: dict,
                 policy: dict,
                 classifier: dict,
                 global_cnn: dict,
                 num_glance: int = 8,
                 num_focus: int = 12,
                 patch_size: int = 144,
                 reward: dict = dict(type='PatchReward'),
                 ppo: dict = dict(type='PPOLoss'),
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(
            dict(local_cnn, num_segments=num_focus), policy, classifier,
            dict(global_cnn, num_segments=num_glance),
            num_candidates=num_glance + num_focus, patch_size=patch_size,
            reward=reward, ppo=ppo, channels_last=channels_last,
            fold_norm=fold_norm, component_checkpoints=component_checkpoints,
            data_preprocessor=data_preprocessor)
        self.num_glance = num_glance
        self.num_focus = num_focus

    def glance(self, inputs: Tensor) -> Tensor:
        """Look at the glance's frames, ``(B, num_glance, C', h, w)``."""
        return super().glance(inputs[:, :self.num_glance])

    def focus(self, inputs: Tensor, offsets: Tensor) -> Tensor:
        """Look closely at one place of a video, in all frames for patches.

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            offsets (Tensor): Places (y, x), float ``(B, 1, 2)`` or
                ``(S, B, 1, 2)`` in [0, 1].

        Returns:
            Tensor: Pooled e^L, float ``(B, num_focus, C')`` or
            ``(S, B, num_focus, C')``.
        """
        return super().focus(
            inputs[:, self.num_glance:], self._in_every_frame(offsets))

    def fuse(self, maps: Tensor,
             local_features: Tensor) -> Tuple[Tensor, Tensor]:
        """Pooled features of glance and patches, of different frames."""
        return maps.mean(dim=(-2, -1)), local_features

    def random_offsets(self, inputs: Tensor) -> Tensor:
        """A random place for every video, float ``(B, 1, 2)``."""
        return random_offsets(len(inputs), 1, inputs.device)

    def one_frame_each(self, features: Tuple[Tensor, Tensor],
                       states: Tensor) -> Tensor:
        """What the classifier would say, had the place been another.

        Args:
            features (tuple[Tensor, Tensor]): With the other place.
            states (Tensor): Not used: the video is one step.

        Returns:
            Tensor: Logits ``(B, 1, num_classes)``.
        """
        return self.classifier(features).logits

    def recognize(self,
                  inputs: Tensor,
                  states: Optional[States] = None) -> Recognition:
        """Predict after all frames; there is no online recognition.

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            states (dict[str, Tensor], optional): Not used.

        Returns:
            Recognition: Scores of one step, places in ``num_focus`` frames.
        """
        self.check_inputs(inputs)
        with self.selecting(inputs):
            maps = self.glance(inputs)
            offsets, _ = self.policy.best_offsets(maps)
        logits = self.classifier(
            self.fuse(maps, self.focus(inputs, offsets))).logits
        offsets = self._in_every_frame(offsets)
        keep = offsets.new_ones(offsets.shape[:2], dtype=torch.bool)
        return Recognition(
            full_precision(logits).softmax(dim=-1), offsets, keep, None, {})

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """As AdaFocus', with the frames of a video traced together."""
        zeros = next(self.parameters()).new_zeros
        features = (
            zeros(1, self.num_glance, self.classifier.global_fc.in_features),
            zeros(1, self.num_focus, self.classifier.local_fc.in_features))
        costs = measure_costs(
            self, height, width, features, (self.num_glance, self.num_focus))
        costs['local_cnn'] = ComponentCost(
            costs['local_cnn'].unit_macs, self.num_focus)
        return costs

    def _in_every_frame(self, offsets: Tensor) -> Tensor:
        """Places ``(..., 1, 2)`` as ``(..., num_focus, 2)``."""
        offsets = one_place(self.policy, offsets)
        return offsets.expand(*offsets.shape[:-2], self.num_focus, 2)
