"""AdaFocus+: frames that are not worth it are not looked at closely."""
from typing import Dict, Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (Rollout, full_precision,
                                  solve_keep_threshold)
from ..classifier import add_prefix, label_targets
from ..costs.adafocus_cost import policy_cost
from ..passes import readable
from .adafocus import AdaFocus
from .adafocus_types import PolicyBatch, Recognition, States
from .base import Samples


@MODELS.register_module(name=['AdaFocusPlus', 'AdaFocus+'])
class AdaFocusPlus(AdaFocus):
    """AdaFocus with a second policy that skips frames.

    AdaFocus Sec. 3.3. The skip policy trains in stage ``policy`` together
    with the patch policy. A skipped frame's patch is never computed, in no
    stage; the classifier sees zeros in its place. In testing a frame is kept
    if its keep probability reaches ``keep_threshold``, a buffer that
    ``KeepThresholdHook`` solves for ``keep_ratio`` and that checkpoints
    carry; before, it is 0 and all frames are kept.

    Components: those of :class:`AdaFocus`, and ``skip_policy`` (pi').

    Args:
        local_cnn (dict): See :class:`GlanceFocusRecognizer`, as all that is
            not named here.
        policy (dict): ``PatchPolicy``.
        classifier (dict): A ``StepwiseHead``.
        global_cnn (dict): Backbone on frames.
        skip_policy (dict): ``SkipPolicy``.
        skip_reward (dict): Reward of keeping a frame. Defaults to Eq. 10.
        keep_ratio (float): Eta, share of frames to keep in testing, in
            (0, 1]. Defaults to 0.5.
        num_candidates (int): T. Defaults to 16.
        patch_size (int): P, pixels. Defaults to 128.
        glance_size (int, optional): Pixels. Defaults to None.
        reuse_global (bool): Defaults to True.
        reward (dict): Reward of a patch. Defaults to Eq. 7.
        ppo (dict): Settings of both policies' training.
        channels_last (bool): Defaults to True.
        fold_norm (bool): Defaults to True.
        component_checkpoints (dict, optional): Defaults to None.
        data_preprocessor (dict, optional): Defaults to None.

    Raises:
        ValueError: If ``keep_ratio`` is not in (0, 1].
    """

    COMPONENTS = (*AdaFocus.COMPONENTS, 'skip_policy')
    STAGES = dict(AdaFocus.STAGES, policy=('policy', 'skip_policy'))

    def __init__(self,
                 local_cnn: dict,
                 policy: dict,
                 classifier: dict,
                 global_cnn: dict,
                 skip_policy: dict,
                 skip_reward: dict = dict(type='SkipReward'),
                 keep_ratio: float = 0.5,
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
        super().__init__(
            local_cnn, policy, classifier, global_cnn,
            num_candidates=num_candidates, patch_size=patch_size,
            glance_size=glance_size, reuse_global=reuse_global, reward=reward,
            ppo=ppo, channels_last=channels_last, fold_norm=fold_norm,
            component_checkpoints=component_checkpoints,
            data_preprocessor=data_preprocessor)
        if not 0 < keep_ratio <= 1:
            raise ValueError(
                f'keep_ratio must be in (0, 1], but got {keep_ratio}')
        self.skip_policy = MODELS.build(skip_policy)
        self.skip_reward = MODELS.build(skip_reward)
        self.keep_ratio = keep_ratio
        self.register_buffer('keep_threshold', torch.zeros(()))

    def focus_kept(self, inputs: Tensor, maps: Tensor, offsets: Tensor,
                   keep: Tensor) -> Tensor:
        """Look closely at the kept frames only, AdaFocus Eq. (9).

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            offsets (Tensor): Places (y, x), float ``(B, T, 2)`` or
                ``(S, B, T, 2)`` in [0, 1].
            keep (Tensor): Actions b, bool ``(B, T)``.

        Returns:
            Tensor: Pooled ``b e^L``, float ``(B, T, C')`` or
            ``(S, B, T, C')``; zeros where a frame is skipped.
        """
        kept = keep.expand(offsets.shape[:-1])
        channels = self.classifier.in_channels - (
            maps.shape[2] if self.reuse_global else 0)
        features = maps.new_zeros(*kept.shape, channels)
        # (Draw,) video and frame of every patch that is wanted.
        place = kept.nonzero(as_tuple=True)
        if not len(place[0]):
            return features
        inds = place[-2] * inputs.shape[1] + place[-1]
        vectors = self.patch_features(inputs, inds, offsets[place])
        return features.to(vectors.dtype).index_put(place, vectors)

    @torch.no_grad()
    def act(self, inputs: Tensor, data_samples: Samples) -> PolicyBatch:
        """Let both policies choose, and see what it is worth.

        Eq. 10 rewards kept frames only, so that skipped ones need no patch
        here either. What skipping a kept frame would have given is one step
        of the classifier from its states.

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples.

        Returns:
            PolicyBatch: The rollouts of both policies, without gradients.
        """
        self.check_inputs(inputs)
        targets = label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        maps = self.glance(inputs)
        distribution = self.skip_policy(maps).distribution
        actions = distribution.sample()
        keep = actions.bool()
        chosen = self.choose_patches(
            maps, targets, self.random_offsets(inputs),
            lambda offsets: self.focus_kept(inputs, maps, offsets, keep))
        nothing = self.focus_kept(
            inputs, maps, inputs.new_zeros(*keep.shape, 2),
            torch.zeros_like(keep))
        skipped = self.confidence(
            self.one_frame_each(self.fuse(maps, nothing), chosen.states),
            targets)
        rewards = self.skip_reward(
            keep, chosen.confidence, skipped, self.patch_size)
        rollout = Rollout(actions, distribution.log_prob(actions),
                          self.ppo.returns(rewards))
        log = add_prefix(
            dict(reward=rewards.mean(), keep_ratio=actions.mean()),
            'skip_policy')
        return PolicyBatch(
            maps, dict(policy=chosen.rollout, skip_policy=rollout),
            {**chosen.log, **log})

    def loss_finetune(self, inputs: Tensor,
                      data_samples: Samples) -> Dict[str, Tensor]:
        """Stage III: patches and kept frames drawn from the policies."""
        self.check_inputs(inputs)
        label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        with torch.no_grad():
            maps = self.glance(inputs)
            offsets = self.policy.draw_offsets(maps)
            keep = self.skip_policy(maps).distribution.sample().bool()
        features = self.fuse(
            maps, self.focus_kept(inputs, maps, offsets, keep))
        return add_prefix(
            self.classifier.loss(features, data_samples), 'classifier')

    def recognize(self,
                  inputs: Tensor,
                  states: Optional[States] = None) -> Recognition:
        """Predict after every frame; see :class:`GlanceFocusRecognizer`."""
        states = states or {}
        with self.selecting(inputs):
            maps = self.glance(inputs)
            offsets, policy_state = self.policy.best_offsets(
                maps, states.get('policy'))
            keep_prob, skip_state = self.skip_policy.keep_prob(
                maps, states.get('skip_policy'))
        keep = keep_prob >= self.keep_threshold
        output = self.classifier(
            self.fuse(maps, self.focus_kept(inputs, maps, offsets, keep)),
            states.get('classifier'))
        return Recognition(
            full_precision(output.logits).softmax(dim=-1), offsets, keep,
            keep_prob,
            dict(policy=policy_state, skip_policy=skip_state,
                 classifier=output.states[:, -1]))

    @torch.no_grad()
    def keep_probs(self, data: dict) -> Tensor:
        """Keep probabilities of a batch; only the glance is computed.

        Args:
            data (dict): What the data loader gave: ``inputs`` and
                ``data_samples``, lists of B.

        Returns:
            Tensor: Float ``(B, T)`` in [0, 1]; fewer videos if some are
            unreadable.
        """
        data = readable(data)
        if not data['inputs']:
            return self.keep_threshold.new_empty(0, self.num_candidates)
        inputs = self.data_preprocessor(data, False)['inputs']
        self.check_inputs(inputs)
        with self.selecting(inputs):
            return self.skip_policy.keep_prob(self.glance(inputs))[0]

    def set_keep_threshold(self, keep_probs: Tensor) -> None:
        """Solve ``keep_threshold`` for ``keep_ratio``.

        Args:
            keep_probs (Tensor): Keep probabilities of all frames of a data
                split, any shape.
        """
        self.keep_threshold.copy_(
            solve_keep_threshold(keep_probs, self.keep_ratio))

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """As AdaFocus', with the expected number of kept frames."""
        costs = super().measure_costs(height, width)
        costs['local_cnn'] = ComponentCost(
            costs['local_cnn'].unit_macs,
            self.keep_ratio * self.num_candidates)
        return {**costs, **policy_cost(self, 'skip_policy', 'keep_prob')}
