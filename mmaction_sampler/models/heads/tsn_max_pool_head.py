"""A TSN head for small objects."""
from typing import Literal, Optional

from mmaction.models.heads import TSNHead
from mmaction.registry import MODELS
from torch import nn


@MODELS.register_module()
class TSNMaxPoolHead(TSNHead):
    """MMAction2's ``TSNHead`` with spatial maximum instead of mean.

    Where the evidence covers a small part of the frame, the mean over the
    frame drowns it. Everything else is ``TSNHead``'s.

    Args:
        num_classes (int): Number of classes.
        in_channels (int): Channels of the feature map.
        dropout_ratio (float): Dropout before the linear layer. Defaults to
            0.4.
        average_clips (str, optional): What testing averages over clips and
            crops, ``'prob'`` or ``'score'``; needed where the head's own
            recognizer is tested. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 dropout_ratio: float = 0.4,
                 average_clips: Optional[Literal['prob', 'score']] = None
                 ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            dropout_ratio=dropout_ratio,
            average_clips=average_clips)
        self.avg_pool = nn.AdaptiveMaxPool2d(1)
