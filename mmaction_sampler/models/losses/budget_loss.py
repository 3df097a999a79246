"""Teaching the budget module how many frames a video needs."""
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.dist import all_reduce
from torch import Tensor, nn


def minimum_budget(ratios: Tensor, epsilon: float) -> Tensor:
    """Position of the smallest budget whose correctness is high enough.

    Args:
        ratios (Tensor): r^m for m = 1 to M, float ``(B, M)`` in [0, 1].
        epsilon (float): Correctness that is asked for.

    Returns:
        Tensor: k - 1 of Eq. 11, long ``(B, )``, in [0, M). Where no budget
        is enough, the largest.
    """
    enough = ratios >= epsilon
    first = enough.int().argmax(dim=1)
    return torch.where(enough.any(dim=1), first, ratios.shape[1] - 1)


def budget_labels(ratios: Tensor, epsilon: float, alpha: float) -> Tensor:
    """Soft labels y^B of the budgets, from correctness ratios.

    OCSampler Eq. (11): 1 for the smallest sufficient budget k;
    OCSampler Eq. (12): 0 below, 1 / alpha^(i - k) for a budget i above.

    Args:
        ratios (Tensor): r^m for m = 1 to M, float ``(B, M)`` in [0, 1].
        epsilon (float): Correctness that is asked for, in (0, 1].
        alpha (float): Above 1; the larger, the fewer frames.

    Returns:
        Tensor: y^B as printed (rows do not sum to 1), float ``(B, M)``.
    """
    least = minimum_budget(ratios, epsilon)
    budgets = torch.arange(ratios.shape[1], device=ratios.device)
    above = budgets - least[:, None]  # i - k, (B, M)
    return torch.where(
        above >= 0, float(alpha)**(-above.to(ratios.dtype)), 0.)


@MODELS.register_module()
class BudgetLoss(nn.Module):
    """Cross-entropy of the predicted budgets with soft pseudo labels.

    OCSampler Eq. (13). Against the long tail (Sec. 3.3) a video weighs in
    inverse proportion to how often its smallest sufficient budget k has been
    met so far, in all training processes; the counts travel in the
    checkpoint.

    Args:
        num_budgets (int): M, the budgets are 1 to M frames.
        epsilon (float): See :func:`budget_labels`. Defaults to 0.5.
        alpha (float): See :func:`budget_labels`. Defaults to 2.
        max_class_weight (float): Upper limit of a video's weight, at
            least 1. Defaults to 10.

    Raises:
        ValueError: If a number is outside its range.
    """

    def __init__(self,
                 num_budgets: int,
                 epsilon: float = 0.5,
                 alpha: float = 2.,
                 max_class_weight: float = 10.) -> None:
        super().__init__()
        if not 0 < epsilon <= 1:
            raise ValueError(f'epsilon must be in (0, 1], but got {epsilon}')
        if alpha <= 1:
            raise ValueError(f'alpha must be above 1, but got {alpha}')
        if max_class_weight < 1:
            raise ValueError(f'max_class_weight must be at least 1, but got '
                             f'{max_class_weight}')
        self.epsilon = epsilon
        self.alpha = alpha
        self.max_class_weight = max_class_weight
        self.register_buffer('label_counts', torch.zeros(num_budgets))

    def forward(self, logits: Tensor, ratios: Tensor) -> Tensor:
        """Loss of the batch, and count its labels.

        Args:
            logits (Tensor): Of the budgets, float ``(B, M)``.
            ratios (Tensor): r^m for m = 1 to M, float ``(B, M)``.

        Returns:
            Tensor: Weighted mean over the batch, a scalar.
        """
        least = minimum_budget(ratios, self.epsilon)
        counts = F.one_hot(least, len(self.label_counts)).sum(dim=0).to(
            self.label_counts)
        all_reduce(counts)
        self.label_counts += counts
        labels = budget_labels(ratios, self.epsilon, self.alpha)
        losses = -(labels * logits.log_softmax(dim=-1)).sum(dim=-1)  # (B, )
        return (self._class_weights()[least] * losses).mean()

    def _class_weights(self) -> Tensor:
        """Weight of each k: 1 on average over the labels met, ``(M, )``."""
        met = self.label_counts > 0
        share = self.label_counts / self.label_counts.sum()
        weights = 1 / (met.sum() * share.clamp(min=1e-9))
        return weights.clamp(max=self.max_class_weight)
