"""A classifier that has a prediction after every frame."""
from typing import Optional, Tuple

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class RunningMaxHead(BaseModule):
    """Classify a video anew after each of its frames.

    Each frame's features go through a linear layer, batch normalisation and
    ReLU; the maximum over the frames so far is classified by a linear layer
    of its own for every step, since after one frame it looks different than
    after sixteen (AdaFocusV2).

    Args:
        num_classes (int): Number of classes K.
        in_channels (int): Channels C of a frame's features, of all branches
            together.
        num_steps (int): T, the most frames of a video.
        hidden_channels (int): Width of the frame embedding. Defaults to
            4096.
        dropout_ratio (float): Dropout before the linear layers. Defaults to
            0.2.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_classes: int,
                 in_channels: int,
                 num_steps: int,
                 hidden_channels: int = 4096,
                 dropout_ratio: float = 0.2,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.embedding = nn.Sequential(
            nn.Linear(in_channels, hidden_channels),
            nn.BatchNorm1d(hidden_channels),
            nn.ReLU(),
        )
        self.dropout = nn.Dropout(dropout_ratio)
        # The linear layers of all steps in one tensor: one product for all.
        bound = hidden_channels**-0.5  # as nn.Linear begins
        self.weight = nn.Parameter(
            torch.empty(num_steps, hidden_channels,
                        num_classes).uniform_(-bound, bound))
        self.bias = nn.Parameter(
            torch.empty(num_steps, num_classes).uniform_(-bound, bound))

    def forward(self,
                features: Tensor,
                running_max: Optional[Tensor] = None,
                first_step: int = 0) -> Tuple[Tensor, Tensor]:
        """Classify after each of S frames, in the order given.

        Args:
            features (Tensor): Float ``(B, S, C)``.
            running_max (Tensor, optional): Maximum over the frames before,
                float ``(B, hidden_channels)``. Defaults to None, no frames.
            first_step (int): Number of frames before. Defaults to 0.

        Returns:
            tuple[Tensor, Tensor]: Logits after each frame, float
            ``(B, S, K)``; maximum after the last, ``(B, hidden_channels)``.

        Raises:
            ValueError: If there are more than ``num_steps`` frames.
        """
        last_step = first_step + features.shape[1]
        if last_step > len(self.weight):
            raise ValueError(
                f'RunningMaxHead has num_steps={len(self.weight)}, but was '
                f'given frame {last_step} of a video; begin a new video, or '
                f'set num_steps to the number of frames')
        embedded = self.embedding(features.flatten(0, 1))  # (B * S, D)
        embedded = embedded.unflatten(0, features.shape[:2])  # (B, S, D)
        maxima = embedded.cummax(dim=1).values
        if running_max is not None:
            maxima = torch.maximum(maxima, running_max[:, None])
        steps = slice(first_step, last_step)
        logits = torch.bmm(
            self.dropout(maxima).transpose(0, 1), self.weight[steps])
        logits = logits.transpose(0, 1) + self.bias[steps]  # (B, S, K)
        return logits, maxima[:, -1]
