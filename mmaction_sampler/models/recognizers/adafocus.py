"""AdaFocus: adaptive focus for efficient video recognition."""
from typing import Callable, Dict, Optional, Union

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import Tensor

from mmaction_sampler.ops import Rollout, full_precision
from ..classifier import add_prefix, label_targets
from .adafocus_types import PatchRollout, PolicyBatch
from .adafocus_update import train_on_batch
from .base import Samples
from .glance_focus import GlanceFocusRecognizer


@MODELS.register_module()
class AdaFocus(GlanceFocusRecognizer):
    """A glance at every frame decides where a large network looks closely.

    AdaFocus Sec. 3.2. Stage ``warmup`` trains with random patches,
    ``policy`` trains the policy by PPO with all else frozen, ``finetune``
    (or ``finetune_classifier``, without the local network) trains with
    patches drawn from the policy. In every stage all frames are one batch.

    Components and arguments: see :class:`GlanceFocusRecognizer`.
    """

    STAGES = {
        'warmup': ('global_cnn', 'local_cnn', 'classifier'),
        'policy': ('policy', ),
        'finetune': ('local_cnn', 'classifier'),
        'finetune_classifier': ('classifier', ),
    }

    def confidence(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Confidence p_ty on the truth after every frame.

        Args:
            logits (Tensor): Float ``(B, T, num_classes)``.
            targets (Tensor): Zeros and ones, float ``(B, num_classes)``.

        Returns:
            Tensor: Float ``(B, T)`` in [0, 1]; with several true labels the
            probability of any of them.
        """
        probs = full_precision(logits).softmax(dim=-1)
        return (probs * targets[:, None]).sum(dim=-1)

    def one_frame_each(self, features: Tensor, states: Tensor) -> Tensor:
        """What the classifier would say, had frame t been another.

        Args:
            features (Tensor): Of the other frames, float ``(B, T, C)``.
            states (Tensor): The classifier's after every real frame, float
                ``(B, T, S)``.

        Returns:
            Tensor: Logits ``(B, T, num_classes)``; at t from the real frames
            before t and the other frame t.
        """
        before = F.pad(states[:, :-1], (0, 0, 1, 0))  # zeros at the beginning
        output = self.classifier(
            features.flatten(0, 1)[:, None], before.flatten(0, 1))
        return output.logits.view(*features.shape[:2], -1)

    def loss_warmup(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage I: recognition from random patches (Eq. 5)."""
        self.check_inputs(inputs)
        # For its check of the labels: on a GPU, cross-entropy fails unclearly.
        label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        features = self.fuse(
            self.glance(inputs),
            self.focus(inputs, self.random_offsets(inputs)))
        return add_prefix(
            self.classifier.loss(features, data_samples), 'classifier')

    def loss_policy(self,
                    inputs: Union[Tensor, PolicyBatch],
                    data_samples: Optional[Samples] = None
                    ) -> Dict[str, Tensor]:
        """Stage II: one update of the policy by PPO (Eq. 6).

        Args:
            inputs (Tensor | PolicyBatch): Frames, ``(B, T, C, H, W)``, on
                which the policy first acts, or what :meth:`act` made of
                them.
            data_samples (list[ActionDataSample], optional): Needed with
                frames only.

        Returns:
            dict[str, Tensor]: Losses and log values.

        Raises:
            ValueError: If frames are given though ``num_update_epochs`` is
                above 1: every update would act anew.
        """
        if isinstance(inputs, Tensor):
            if self.ppo.num_update_epochs > 1:
                raise ValueError(
                    'num_update_epochs above 1 needs train_step; in '
                    'distributed training set model_wrapper_cfg='
                    "dict(type='PPODistributedDataParallel', "
                    'find_unused_parameters=True)')
            inputs = self.act(inputs, data_samples)
        losses = dict(inputs.log)
        for name, rollout in inputs.rollouts.items():
            update = self.ppo(
                getattr(self, name)(inputs.maps), rollout,
                self.stage_progress)
            losses.update(
                update if name == 'policy' else add_prefix(update, name))
        return losses

    @torch.no_grad()
    def act(self, inputs: Tensor, data_samples: Samples) -> PolicyBatch:
        """Let the policy choose patches, and see what they are worth.

        The chosen patches and, for Eq. 7, the random ones go through the
        local network in one batch. The classifier runs once over the chosen
        ones; from its states one step gives each random patch's confidence.

        Args:
            inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples.

        Returns:
            PolicyBatch: The rollout, without gradients.
        """
        self.check_inputs(inputs)
        targets = label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        maps = self.glance(inputs)
        chosen = self.choose_patches(
            maps, targets, self.random_offsets(inputs),
            lambda offsets: self.focus(inputs, offsets))
        return PolicyBatch(maps, dict(policy=chosen.rollout), chosen.log)

    def choose_patches(self, maps: Tensor, targets: Tensor,
                       random_offsets: Tensor,
                       focus: Callable[[Tensor], Tensor]) -> PatchRollout:
        """Draw patches from the policy, and reward them.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            targets (Tensor): Zeros and ones, float ``(B, num_classes)``.
            random_offsets (Tensor): What chosen patches are compared with,
                offsets (y, x), float ``(B, T, 2)``.
            focus (Callable): Maps S places a frame, float ``(S, B, T, 2)``,
                to pooled e^L, float ``(S, B, T, C')``.

        Returns:
            PatchRollout: What was done, and what the classifier made of it.
        """
        distribution = self.policy(maps).distribution
        actions = distribution.sample()
        offsets = [self.policy.offsets(actions)]
        if self.reward.uses_random_patches:
            offsets.append(random_offsets)
        local_features = focus(torch.stack(offsets))
        output = self.classifier(self.fuse(maps, local_features[0]))
        confidence = self.confidence(output.logits, targets)
        log, random_confidence = {}, None
        if self.reward.uses_random_patches:
            logits = self.one_frame_each(
                self.fuse(maps, local_features[1]), output.states)
            random_confidence = self.confidence(logits, targets)
            log['baseline_reward'] = random_confidence.mean()
        rewards = self.reward(confidence, random_confidence)
        rollout = Rollout(actions, distribution.log_prob(actions),
                          self.ppo.returns(rewards))
        return PatchRollout(rollout, dict(log, reward=rewards.mean()),
                            confidence, output.states)

    def train_step(self, data: Union[dict, tuple, list],
                   optim_wrapper: OptimWrapper) -> Dict[str, Tensor]:
        """As MMEngine's, with several updates of the policy if wanted."""
        return train_on_batch(self, self, data, optim_wrapper)

    def loss_finetune(self, inputs: Tensor,
                      data_samples: Samples) -> Dict[str, Tensor]:
        """Stage III: recognition from patches drawn from the policy."""
        self.check_inputs(inputs)
        label_targets(
            data_samples, self.classifier.num_classes, inputs.device)
        with torch.no_grad():
            maps = self.glance(inputs)
            offsets = self.policy.draw_offsets(maps)
        features = self.fuse(maps, self.focus(inputs, offsets))
        return add_prefix(
            self.classifier.loss(features, data_samples), 'classifier')

    def loss_finetune_classifier(
            self, inputs: Tensor, data_samples: Samples) -> Dict[str, Tensor]:
        """Stage III with the local network frozen, too."""
        return self.loss_finetune(inputs, data_samples)
