"""Proximal policy optimisation (Schulman et al. 2017) as pure functions.

B videos and T steps: rewards, returns and values are ``(B, T)``.
"""
from typing import NamedTuple, Optional

import torch
import torch.nn.functional as F
from torch import Tensor


class Rollout(NamedTuple):
    """What a policy did, and what came of it; none of it has gradients.

    Attributes:
        actions (Tensor): ``(B, T)``, or ``(B, T, D)`` for D-dimensional ones.
        old_log_probs (Tensor): Log-probability of the actions under the
            policy that took them, float ``(B, T)``.
        returns (Tensor): Discounted sums of rewards, normalised if wanted,
            float ``(B, T)``.
    """
    actions: Tensor
    old_log_probs: Tensor
    returns: Tensor


class Diagnostics(NamedTuple):
    """How far the policy has moved since the rollout; scalars.

    Attributes:
        approx_kl (Tensor): Estimate of KL(old || new), nats: the mean of
            ``ratio - 1 - log ratio``, never negative.
        clip_fraction (Tensor): Share of actions whose ratio lies outside
            ``1 +- clip_range``.
    """
    approx_kl: Tensor
    clip_fraction: Tensor


def discounted_returns(rewards: Tensor, gamma: float) -> Tensor:
    """Sums of the rewards to come, the objective of AdaFocus Eq. (6).

    The return of step t is the sum over s >= t of ``gamma^(s - t) r_s``.

    Args:
        rewards (Tensor): Rewards r, float ``(B, T)``.
        gamma (float): Discount factor in [0, 1].

    Returns:
        Tensor: Returns, float ``(B, T)``.
    """
    steps = torch.arange(rewards.shape[-1], device=rewards.device)
    ahead = steps[:, None] - steps  # (s, t): s - t
    weights = (gamma**ahead.clamp(min=0).to(rewards.dtype)).tril()
    return rewards @ weights


def normalize_returns(returns: Tensor, population: Optional[Tensor] = None,
                      eps: float = 1e-5) -> Tensor:
    """Shift and scale to mean 0 and standard deviation 1 over all T x B.

    Args:
        returns (Tensor): Float ``(B, T)``.
        population (Tensor, optional): What mean and standard deviation are
            taken of, float ``(B', T)``. Defaults to the returns.
        eps (float): Added to the (unbiased) standard deviation. Defaults to
            1e-5.

    Returns:
        Tensor: Float ``(B, T)``; a single number becomes 0.
    """
    if population is None:
        population = returns
    if population.numel() < 2:
        return torch.zeros_like(returns)
    return (returns - population.mean()) / (population.std() + eps)


def clipped_surrogate_loss(log_probs: Tensor, old_log_probs: Tensor,
                           advantages: Tensor, clip_range: float) -> Tensor:
    """Minus the clipped surrogate objective of PPO (its Eq. 7).

    Args:
        log_probs (Tensor): Log-probability of the actions under the present
            policy, float ``(B, T)``.
        old_log_probs (Tensor): The same under the policy that took them.
        advantages (Tensor): Float ``(B, T)``, without gradients.
        clip_range (float): How far from 1 the ratio of the probabilities may
            go to be rewarded, above 0.

    Returns:
        Tensor: Scalar, mean over T x B.
    """
    ratio = (log_probs - old_log_probs).exp()
    clipped = ratio.clamp(1 - clip_range, 1 + clip_range)
    return -torch.min(ratio * advantages, clipped * advantages).mean()


def value_loss(values: Tensor, returns: Tensor) -> Tensor:
    """Mean squared error of the critic, a scalar.

    Args:
        values (Tensor): The critic's estimates, float ``(B, T)``.
        returns (Tensor): What came, float ``(B, T)``.
    """
    return F.mse_loss(values, returns)


@torch.no_grad()
def diagnostics(log_probs: Tensor, old_log_probs: Tensor,
                clip_range: float) -> Diagnostics:
    """How far the policy has moved since the rollout.

    Args:
        log_probs (Tensor): Under the present policy, float ``(B, T)``.
        old_log_probs (Tensor): Under the policy that acted.
        clip_range (float): As in :func:`clipped_surrogate_loss`.

    Returns:
        Diagnostics: Two scalars.
    """
    log_ratio = log_probs - old_log_probs
    ratio = log_ratio.exp()
    return Diagnostics(
        approx_kl=(ratio - 1 - log_ratio).mean(),
        clip_fraction=((ratio - 1).abs() > clip_range).float().mean())
