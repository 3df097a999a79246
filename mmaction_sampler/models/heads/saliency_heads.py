"""From pooled features of a picture to how salient it is."""
from typing import Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision


@MODELS.register_module()
class SaliencyHead(BaseModule):
    """One logit: salient or not.

    For the losses SAL-CL and SAL-RANK (SCSampler Sec. 3.2.2, 3.2.3).

    Args:
        in_channels (int): Channels of the features.
        dropout_ratio (float): In training. Defaults to 0.
        init_cfg (dict, optional): Initialisation. Defaults to a small normal
            distribution.
    """

    def __init__(self,
                 in_channels: int,
                 dropout_ratio: float = 0.,
                 init_cfg: Optional[dict] = dict(
                     type='Normal', layer='Linear', std=0.01)) -> None:
        super().__init__(init_cfg=init_cfg)
        self.in_channels = in_channels
        self.dropout = nn.Dropout(dropout_ratio)
        self.projection = nn.Linear(in_channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Logits ``(M, 1)`` from features ``(M, C)``."""
        return self.projection(self.dropout(features))

    def saliency(self, logits: Tensor) -> Tensor:
        """Saliency s in [0, 1], ``(M, )``, from logits ``(M, 1)``."""
        return full_precision(logits).sigmoid().squeeze(-1)


@MODELS.register_module()
class ActionSaliencyHead(BaseModule):
    """A logit for each class; salient is what looks like one of them.

    For the loss AC (SCSampler Sec. 3.2.1): the saliency is the highest class
    probability.

    Args:
        num_classes (int): Number of classes, at least 2.
        in_channels (int): Channels of the features.
        dropout_ratio (float): In training. Defaults to 0.
        init_cfg (dict, optional): Initialisation. Defaults to a small normal
            distribution.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 dropout_ratio: float = 0.,
                 init_cfg: Optional[dict] = dict(
                     type='Normal', layer='Linear', std=0.01)) -> None:
        super().__init__(init_cfg=init_cfg)
        self.in_channels = in_channels
        self.dropout = nn.Dropout(dropout_ratio)
        self.projection = nn.Linear(in_channels, num_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Logits ``(M, num_classes)`` from features ``(M, C)``."""
        return self.projection(self.dropout(features))

    def saliency(self, logits: Tensor) -> Tensor:
        """Saliency s in [0, 1], ``(M, )``: the highest probability."""
        return full_precision(logits).softmax(dim=-1).amax(dim=-1)
