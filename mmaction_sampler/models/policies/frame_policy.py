"""OCSampler's policy: one score per candidate frame."""
from typing import Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.model.weight_init import constant_init
from torch import Tensor, nn


@MODELS.register_module()
class FramePolicy(BaseModule):
    """One linear projection shared by all candidates, then vectorised.

    OCSampler Eq. (2), less its softmax: all that follows works on logits.
    The projection starts at zero, so that training starts from the uniform
    distribution, where exploration is widest.

    Args:
        in_channels (int): Channels C of the skim features. Defaults to
            1280, MobileNetV2's.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 in_channels: int = 1280,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.in_channels = in_channels
        self.projection = nn.Linear(in_channels, 1)
        constant_init(self.projection, 0)

    def forward(self, features: Tensor) -> Tensor:
        """Score every candidate.

        Args:
            features (Tensor): Skim features z^S, float ``(B, T, C)``.

        Returns:
            Tensor: Logits, float ``(B, T)``.
        """
        return self.projection(features).squeeze(-1)  # (B, T)
