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
