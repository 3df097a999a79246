"""Policies that look at nothing: the baselines of OCSampler Table 4."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.ops import coarse_to_fine_order, uniform_inds


@MODELS.register_module()
class UniformPolicy(nn.Module):
    """The same N evenly spread candidates in every video.

    The uniform policy of OCSampler Table 4.

    Args:
        num_selected (int): N, in ``[1, T]``.
    """

    def __init__(self, num_selected: int) -> None:
        super().__init__()
        self.num_selected = num_selected

    def forward(self, features: Tensor) -> Tensor:
        """Score the N uniform candidates 1, the others 0.

        Args:
            features (Tensor): ``(B, T, C)``; only B and T are used.

        Returns:
            Tensor: Logits, float ``(B, T)``.
        """
        logits = features.new_zeros(features.shape[:2])
        inds = uniform_inds(features.shape[1], self.num_selected)
        logits[:, inds.to(logits.device)] = 1
        return logits


@MODELS.register_module()
class FrameExitPolicy(nn.Module):
    """The same candidates in every video, in FrameExit's order.

    The FrameExit policy of OCSampler Table 4: from coarse to fine, so that
    two candidates are the middle and the first, three those and the last.
    It serves any N.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Score candidates the higher, the earlier they come in the order.

        Args:
            features (Tensor): ``(B, T, C)``; only B and T are used.

        Returns:
            Tensor: Logits 0, -1, ... -(T - 1), float ``(B, T)``.
        """
        order = coarse_to_fine_order(features.shape[1])
        logits = features.new_zeros(features.shape[:2])
        logits[:, order] = -torch.arange(
            len(order), dtype=logits.dtype, device=logits.device)
        return logits


@MODELS.register_module()
class RandomPolicy(nn.Module):
    """N random candidates of every video, every set equally likely.

    The random policy of OCSampler Table 4. Draws from torch's global random
    state, which the runner seeds.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Score every candidate at random.

        Args:
            features (Tensor): ``(B, T, C)``; only B and T are used.

        Returns:
            Tensor: Logits in [0, 1), float ``(B, T)``.
        """
        return torch.rand(features.shape[:2], device=features.device)
