"""Rewards of a chosen set of frames: how much it helps recognition."""
from typing import Callable, NamedTuple

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.ops import uniform_inds


class Reward(NamedTuple):
    """Rewards of S draws ``(S, B)``, and what they were compared with
    ``(B, )``."""
    reward: Tensor
    baseline_reward: Tensor


@MODELS.register_module()
class ClipReward(nn.Module):
    """Confidence on the truth of the chosen clip, less the uniform clip's.

    OCSampler Eq. (9). The baseline does not depend on the policy, so it
    lowers the variance of the policy gradient without bias.
    """

    def forward(self, confidence: Callable[[Tensor], Tensor], inds: Tensor,
                num_candidates: int) -> Reward:
        """Evaluate the chosen and the uniform clips in one classifier batch.

        Args:
            confidence (Callable): Maps any number of clips of every video,
                long ``(S, B, N)``, to p_y, float ``(S, B)`` in [0, 1].
            inds (Tensor): Chosen candidates of S draws, long ``(S, B, N)``.
            num_candidates (int): T.

        Returns:
            Reward: Reward in [-1, 1] and the uniform clip's confidence.
        """
        uniform = uniform_inds(num_candidates, inds.shape[2]).to(inds.device)
        probs = confidence(torch.cat([inds, uniform.expand_as(inds[:1])]))
        return Reward(probs[:-1] - probs[-1], probs[-1])


@MODELS.register_module()
class VanillaReward(nn.Module):
    """Confidence on the truth of the chosen clip, compared with nothing.

    The vanilla reward of OCSampler Table 4: Eq. 9 without its second term.
    """

    def forward(self, confidence: Callable[[Tensor], Tensor], inds: Tensor,
                num_candidates: int) -> Reward:
        """Evaluate the chosen clips.

        Args:
            confidence (Callable): See :class:`ClipReward`.
            inds (Tensor): Chosen candidates of S draws, long ``(S, B, N)``.
            num_candidates (int): T.

        Returns:
            Reward: Reward in [0, 1], and zeros.
        """
        probs = confidence(inds)
        return Reward(probs, torch.zeros_like(probs[0]))


@MODELS.register_module()
class FrameReward(nn.Module):
    """Mean confidence of the chosen frames alone, less the uniform ones'.

    The frame reward of OCSampler Table 4: each frame is a clip of its own,
    so redundant frames lose nothing.
    """

    def forward(self, confidence: Callable[[Tensor], Tensor], inds: Tensor,
                num_candidates: int) -> Reward:
        """Evaluate every candidate of every video alone.

        Args:
            confidence (Callable): See :class:`ClipReward`.
            inds (Tensor): Chosen candidates of S draws, long ``(S, B, N)``.
            num_candidates (int): T.

        Returns:
            Reward: Reward in [-1, 1] and the uniform frames' confidence.
        """
        probs = frame_confidence(
            confidence, inds.shape[1], num_candidates, inds.device)  # (B, T)
        uniform = uniform_inds(num_candidates, inds.shape[2]).to(inds.device)
        baseline = probs[:, uniform].mean(dim=1)
        chosen = probs.expand(len(inds), -1, -1).gather(2, inds)  # (S, B, N)
        return Reward(chosen.mean(dim=2) - baseline, baseline)


def frame_confidence(confidence: Callable[[Tensor], Tensor], batch_size: int,
                     num_candidates: int, device: torch.device) -> Tensor:
    """Confidence on the truth of each candidate as a clip of one frame.

    Args:
        confidence (Callable): See :class:`ClipReward`.
        batch_size (int): B.
        num_candidates (int): T.
        device (torch.device): Where the videos are.

    Returns:
        Tensor: Float ``(B, T)`` in [0, 1].
    """
    frames = torch.arange(num_candidates, device=device)
    return confidence(frames[:, None, None].expand(-1, batch_size, 1)).t()
