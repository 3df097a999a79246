"""PPO as a configurable part of a recognizer."""
from typing import Dict, Sequence, Union

import torch
from mmaction.registry import MODELS
from mmengine.dist import all_gather
from torch import Tensor, nn

from mmaction_sampler.ops import (Rollout, clipped_surrogate_loss,
                                  diagnostics, discounted_returns,
                                  linear_schedule, normalize_returns,
                                  value_loss)
from ..policies import PolicyOutput


@MODELS.register_module()
class PPOLoss(nn.Module):
    """Proximal policy optimisation with AdaFocus' settings.

    Args:
        gamma (float): Discount factor in [0, 1]. Defaults to 0.7.
        clip_range (float): How far from 1 the ratio of new to old
            probability may go, above 0. Defaults to 0.2.
        num_update_epochs (int): Updates of the policy from one batch of
            actions, at least 1; with 1 nothing is ever clipped. Defaults to
            1, as in the authors' code.
        value_coef (float): Weight of the critic's loss. Defaults to 0.5.
        entropy_coef (float | Sequence[float]): Weight of the exploration
            bonus, entropy in nats; a pair is (start, end), linear over the
            stage. Defaults to 0.01.
        normalize_returns (bool): Whether returns are brought to mean 0 and
            standard deviation 1 over the batch, of all ranks. Defaults to
            True.

    Raises:
        ValueError: If a number is outside its range.
    """

    def __init__(self,
                 gamma: float = 0.7,
                 clip_range: float = 0.2,
                 num_update_epochs: int = 1,
                 value_coef: float = 0.5,
                 entropy_coef: Union[float, Sequence[float]] = 0.01,
                 normalize_returns: bool = True) -> None:
        super().__init__()
        if not 0 <= gamma <= 1:
            raise ValueError(f'gamma must be in [0, 1], but got {gamma}')
        if clip_range <= 0:
            raise ValueError(
                f'clip_range must be above 0, but got {clip_range}')
        if num_update_epochs < 1:
            raise ValueError(f'num_update_epochs must be at least 1, but got '
                             f'{num_update_epochs}')
        self.gamma = gamma
        self.clip_range = clip_range
        self.num_update_epochs = num_update_epochs
        self.value_coef = value_coef
        self.entropy_coef = entropy_coef
        self.normalize_returns = normalize_returns

    def returns(self, rewards: Tensor) -> Tensor:
        """What the policy is to maximise, step by step.

        Returns are normalised over the batches of all ranks, so that these
        learn as one process with the whole batch would.

        Args:
            rewards (Tensor): Float ``(B, T)``, B as large on every rank.

        Returns:
            Tensor: Float ``(B, T)``.
        """
        returns = discounted_returns(rewards, self.gamma)
        if not self.normalize_returns:
            return returns
        return normalize_returns(returns, torch.cat(all_gather(returns)))

    def forward(self, output: PolicyOutput, rollout: Rollout,
                stage_progress: float) -> Dict[str, Tensor]:
        """Losses and diagnostics of one update.

        Args:
            output (PolicyOutput): The present policy, with gradients.
            rollout (Rollout): What was done, and what came of it.
            stage_progress (float): How far the training stage has got, in
                [0, 1).

        Returns:
            dict[str, Tensor]: ``loss_policy``, ``loss_value``,
            ``loss_entropy``, ``entropy``, ``approx_kl``, ``clip_fraction``.
        """
        log_probs = output.distribution.log_prob(rollout.actions)
        entropy = output.distribution.entropy().mean()
        entropy_coef = linear_schedule(self.entropy_coef, stage_progress)
        advantages = rollout.returns - output.values.detach()
        moved = diagnostics(
            log_probs, rollout.old_log_probs, self.clip_range)
        return dict(
            loss_policy=clipped_surrogate_loss(
                log_probs, rollout.old_log_probs, advantages,
                self.clip_range),
            loss_value=self.value_coef * value_loss(output.values,
                                                    rollout.returns),
            loss_entropy=-entropy_coef * entropy,
            entropy=entropy.detach(),
            approx_kl=moved.approx_kl,
            clip_fraction=moved.clip_fraction)
