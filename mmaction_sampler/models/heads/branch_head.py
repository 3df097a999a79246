"""A classifier of one branch alone, to supervise it directly."""
from typing import Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class BranchHead(BaseModule):
    """Classify every frame from the features of one branch.

    AdaFocusV2's auxiliary supervision: in end-to-end training the branch
    would otherwise get its gradient through the common classifier only.

    Args:
        num_classes (int): Number of classes K.
        in_channels (int): Channels C of the branch's features.
        dropout_ratio (float): Dropout before the linear layer. Defaults to
            0.2.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 dropout_ratio: float = 0.2,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.dropout = nn.Dropout(dropout_ratio)
        self.projection = nn.Linear(in_channels, num_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Classify.

        Args:
            features (Tensor): Float ``(..., C)``.

        Returns:
            Tensor: Logits, float ``(..., K)``.
        """
        return self.projection(self.dropout(features))
