"""Policy gradient on sets of frames, OCSampler Sec. 3.2, stage II."""
from typing import Callable, Dict, NamedTuple

from torch import Tensor, nn

from mmaction_sampler.ops import (candidate_entropy, draw_without_replacement,
                                  set_log_prob)


class Draws(NamedTuple):
    """S clips of each of B videos: log-probabilities and rewards ``(S, B)``,
    and what the rewards were compared with ``(B, )``."""
    log_probs: Tensor
    reward: Tensor
    baseline_reward: Tensor


def draw_clips(logits: Tensor, num_selected: int, num_draws: int,
               reward: nn.Module,
               confidence: Callable[[Tensor], Tensor]) -> Draws:
    """Draw clips of N frames from the policy and reward them.

    Args:
        logits (Tensor): Of the candidates, float ``(B, T)``.
        num_selected (int): N, in ``[1, T]``.
        num_draws (int): S, at least 1.
        reward (nn.Module): Reward of a clip, such as ``ClipReward``.
        confidence (Callable): Maps clips of every video, long
            ``(S', B, N')``, to p_y, float ``(S', B)`` in [0, 1].

    Returns:
        Draws: Of S clips a video; gradients reach ``log_probs`` alone.
    """
    logits = logits.expand(num_draws, -1, -1)  # (S, B, T)
    inds = draw_without_replacement(logits, num_selected)
    rewards, baseline = reward(confidence, inds, logits.shape[-1])
    log_probs = set_log_prob(logits.flatten(0, 1), inds.flatten(0, 1))
    return Draws(log_probs.unflatten(0, inds.shape[:2]), rewards, baseline)


def advantages(reward: Tensor, center: bool) -> Tensor:
    """Rewards as they weigh the policy gradient.

    Args:
        reward (Tensor): Of S draws, float ``(S, B)``.
        center (bool): Subtract the mean of the video's other draws, or where
            there is one draw, of the other videos. A draw without others
            stays as it is, as its own mean would leave nothing of it.

    Returns:
        Tensor: Float ``(S, B)``.
    """
    if not center or reward.numel() == 1:
        return reward
    dim = 0 if len(reward) > 1 else 1
    count = reward.shape[dim]
    return (reward - reward.mean(dim, keepdim=True)) * (count / (count - 1))


def policy_losses(logits: Tensor, draws: Draws, center: bool,
                  entropy_coef: float) -> Dict[str, Tensor]:
    """Policy gradient and exploration bonus, with what to log.

    Args:
        logits (Tensor): Of the candidates, float ``(B, T)``.
        draws (Draws): Of S clips a video.
        center (bool): See :func:`advantages`.
        entropy_coef (float): Weight of the entropy, per nat.

    Returns:
        dict[str, Tensor]: Scalars; see ``docs/log_keys.md``.
    """
    weights = advantages(draws.reward, center)  # (S, B)
    entropy = candidate_entropy(logits).mean()
    return dict(
        loss_policy=-(weights * draws.log_probs).mean(),
        loss_entropy=-entropy_coef * entropy,
        reward=draws.reward.mean(),
        baseline_reward=draws.baseline_reward.mean(),
        entropy=entropy.detach())
