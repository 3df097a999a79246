"""AdaFocus-TSM's classifier."""
from typing import Optional, Tuple

from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision
from .stepwise_head import StepwiseHead, StepwiseOutput


@MODELS.register_module()
class GlanceFocusHead(StepwiseHead):
    """A linear layer on each frame's features, averaged over the frames.

    AdaFocus Sec. 4.2. A linear layer on concatenated features is the sum of
    one on either part; each part is averaged over frames of its own, of
    which there may be different numbers. The prediction is for the whole
    video: it has one step, and no state.

    Args:
        num_classes (int): Number of classes.
        global_channels (int): Channels of the glance. Defaults to 1280.
        local_channels (int): Channels of the patches. Defaults to 2048.
        dropout_ratio (float): Dropout before the linear layers. Defaults to
            0.5.
        loss_cls (dict): Loss. Defaults to cross-entropy.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 global_channels: int = 1280,
                 local_channels: int = 2048,
                 dropout_ratio: float = 0.5,
                 loss_cls: dict = dict(type='CrossEntropyLoss'),
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(
            num_classes, global_channels + local_channels,
            loss_cls=loss_cls, init_cfg=init_cfg)
        self.dropout = nn.Dropout(dropout_ratio)
        self.global_fc = nn.Linear(global_channels, num_classes)
        self.local_fc = nn.Linear(local_channels, num_classes)

    def forward(self,
                features: Tuple[Tensor, Tensor],
                state: Optional[Tensor] = None) -> StepwiseOutput:
        """Predict after all frames.

        Args:
            features (tuple[Tensor, Tensor]): Of the glance, float
                ``(B, num_glance, global_channels)``, and of the patches,
                float ``(B, num_focus, local_channels)``.
            state (Tensor, optional): Not used.

        Returns:
            StepwiseOutput: Logits ``(B, 1, num_classes)``, and states
            ``(B, 1, 0)``.
        """
        glanced, focused = features
        logits = (self.global_fc(self.dropout(glanced)).mean(1, True) +
                  self.local_fc(self.dropout(focused)).mean(1, True))
        return StepwiseOutput(
            full_precision(logits), logits.new_empty(len(logits), 1, 0))
