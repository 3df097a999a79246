"""The classifier without recurrence: a running mean."""
from typing import Optional

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision
from .stepwise_head import StepwiseHead, StepwiseOutput


@MODELS.register_module()
class AveragedLinearHead(StepwiseHead):
    """A linear layer on every frame, averaged over the frames so far.

    The other classifier of AdaFocus Sec. 3.1; logits are averaged, before
    the softmax.

    Args:
        num_classes (int): Number of classes.
        in_channels (int): Channels C of the frame features.
        dropout_ratio (float): Dropout before the linear layer. Defaults to
            0.5.
        loss_cls (dict): Loss. Defaults to cross-entropy.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 dropout_ratio: float = 0.5,
                 loss_cls: dict = dict(type='CrossEntropyLoss'),
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(
            num_classes, in_channels, loss_cls=loss_cls, init_cfg=init_cfg)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self,
                features: Tensor,
                state: Optional[Tensor] = None) -> StepwiseOutput:
        """Predict after every frame; the state is sum of logits, and count.

        Args:
            features (Tensor): Features of the frames, float ``(B, T, C)``.
            state (Tensor, optional): State before the first of them, float
                ``(B, num_classes + 1)``. Defaults to None, the beginning of
                the video.

        Returns:
            StepwiseOutput: Logits and states.
        """
        logits = full_precision(self.fc(self.dropout(features)))
        counted = torch.cat([logits, torch.ones_like(logits[..., :1])], -1)
        states = counted.cumsum(dim=1)  # (B, T, num_classes + 1)
        if state is not None:
            states = states + state[:, None]
        return StepwiseOutput(states[..., :-1] / states[..., -1:], states)
