"""The 2D classification head of the ImageNet rows of OCSampler's Table 1."""
from typing import Optional

from mmaction.models.heads import TSNHead
from mmaction.registry import MODELS
from torch import Tensor, nn


class HiddenMaxConsensus(nn.Module):
    """A hidden layer on every frame, then the maximum over the frames.

    Linear layer, batch normalisation over all frames of all videos of a
    batch, ReLU. In training a batch has to hold at least two frames.

    Args:
        in_channels (int): Features of a frame, C.
        hidden_channels (int): Width of the hidden layer, H.
    """

    def __init__(self, in_channels: int, hidden_channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, hidden_channels)
        self.norm = nn.BatchNorm1d(hidden_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """Summarise the frames of each video.

        Args:
            features (Tensor): Pooled features of N frames, float
                ``(B, N, C, 1, 1)``.

        Returns:
            Tensor: Non-negative, float ``(B, 1, H)``.
        """
        frames = features.flatten(0, 1).flatten(1)  # (B * N, C)
        hidden = self.relu(self.norm(self.linear(frames)))  # (B * N, H)
        return hidden.unflatten(0, features.shape[:2]).amax(
            dim=1, keepdim=True)


@MODELS.register_module()
class MLPMaxPoolHead(TSNHead):
    """MMAction2's ``TSNHead`` with a hidden layer and the frames' maximum.

    Mean over the frame, linear layer, batch normalisation and ReLU on every
    frame, maximum over the frames, linear layer to the classes. It is the
    head of FrameExit's ResNet-50, which OCSampler Table 1 takes over. The
    maximum does not depend on the order of the frames.

    Its input is a feature map ``(B * N, C, h, w)``, its output logits
    ``(B, num_classes)``, as in ``TSNHead``.

    Args:
        num_classes (int): Number of classes.
        in_channels (int): Channels of the feature map, C. Defaults to 2048.
        hidden_channels (int): Width of the hidden layer. Defaults to 4096.
        dropout_ratio (float): Dropout before the last layer, in [0, 1).
            Defaults to 0, none.
        average_clips (str, optional): What ``predict`` gives: ``'prob'``,
            ``'score'`` (logits), or None, see MMAction2. Defaults to
            ``'prob'``.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int = 2048,
                 hidden_channels: int = 4096,
                 dropout_ratio: float = 0.,
                 average_clips: Optional[str] = 'prob') -> None:
        super().__init__(
            num_classes,
            in_channels,
            dropout_ratio=dropout_ratio,
            average_clips=average_clips)
        self.consensus = HiddenMaxConsensus(in_channels, hidden_channels)
        self.fc_cls = nn.Linear(hidden_channels, num_classes)
