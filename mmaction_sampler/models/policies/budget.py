"""OCSampler+'s budget module: how many frames a video needs."""
from typing import Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class BudgetModule(BaseModule):
    """Shared layer on each candidate, mean over them, linear.

    OCSampler Sec. 3.3, less its softmax. Budget i of M is i frames.

    Args:
        num_budgets (int): M, in ``[1, T]``.
        in_channels (int): Channels C of the skim features. Defaults to
            1280, MobileNetV2's.
        hidden_channels (int): Neurons of the shared layer. Defaults to 64.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_budgets: int,
                 in_channels: int = 1280,
                 hidden_channels: int = 64,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.num_budgets = num_budgets
        self.in_channels = in_channels
        self.shared = nn.Sequential(
            nn.Linear(in_channels, hidden_channels), nn.ReLU())
        self.projection = nn.Linear(hidden_channels, num_budgets)

    def forward(self, features: Tensor) -> Tensor:
        """Score every budget.

        Args:
            features (Tensor): Skim features z^S, float ``(B, T, C)``.

        Returns:
            Tensor: Logits, float ``(B, M)``; column i - 1 for i frames.
        """
        return self.projection(self.shared(features).mean(dim=1))
