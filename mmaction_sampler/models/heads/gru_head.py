"""AdaFocus' recurrent classifier."""
from typing import Optional

from mmaction.registry import MODELS
from torch import Tensor, nn

from ..recurrent import FullPrecisionGRU
from .stepwise_head import StepwiseHead, StepwiseOutput


@MODELS.register_module()
class GRUHead(StepwiseHead):
    """A GRU over the frames and a linear layer on each of its states.

    The classifier f_C of AdaFocus Sec. 4.1.

    Args:
        num_classes (int): Number of classes.
        in_channels (int): Channels C of the frame features.
        hidden_channels (int): Channels S of the GRU. Defaults to 1024.
        dropout_ratio (float): Dropout before the linear layer. Defaults to
            0.5.
        loss_cls (dict): Loss. Defaults to cross-entropy.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 hidden_channels: int = 1024,
                 dropout_ratio: float = 0.5,
                 loss_cls: dict = dict(type='CrossEntropyLoss'),
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(
            num_classes, in_channels, loss_cls=loss_cls, init_cfg=init_cfg)
        self.gru = FullPrecisionGRU(in_channels, hidden_channels)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc = nn.Linear(hidden_channels, num_classes)

    def forward(self,
                features: Tensor,
                state: Optional[Tensor] = None) -> StepwiseOutput:
        """Predict after every frame; the state is the GRU's.

        Args:
            features (Tensor): Features of the frames, float ``(B, T, C)``.
            state (Tensor, optional): State before the first of them, float
                ``(B, S)``. Defaults to None, the beginning of the video.

        Returns:
            StepwiseOutput: Logits and states.
        """
        states = self.gru(features, state)
        return StepwiseOutput(self.fc(self.dropout(states)), states)
