"""A learned rival of the policy gradient: rank frames one by one."""
import torch
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class FrameRankingLoss(nn.Module):
    """Pairwise hinge that orders candidates by their own confidence.

    For every two candidates of a video the one that the classifier is surer
    of (alone, on the truth) has to score higher by a margin. Each frame is
    judged by itself, as in SCSampler's ranking of clips; how frames go
    together is not seen.

    Args:
        margin (float): Wanted distance of logits, above 0. Defaults to 1.

    Raises:
        ValueError: If the margin is not positive.
    """

    def __init__(self, margin: float = 1.) -> None:
        super().__init__()
        if margin <= 0:
            raise ValueError(f'margin must be above 0, but got {margin}')
        self.margin = margin

    def forward(self, logits: Tensor, confidence: Tensor) -> Tensor:
        """Mean over the ordered pairs of all videos.

        Args:
            logits (Tensor): Scores of the candidates, float ``(B, T)``.
            confidence (Tensor): p_y of each alone, float ``(B, T)``.

        Returns:
            Tensor: A scalar, at least 0; 0 if no pair differs.
        """
        distance = logits[:, :, None] - logits[:, None]  # (B, T, T)
        surer = confidence[:, :, None] > confidence[:, None]
        hinge = (self.margin - distance).clamp(min=0)
        return (torch.where(surer, hinge, 0.).sum() /
                surer.sum().clamp(min=1))
