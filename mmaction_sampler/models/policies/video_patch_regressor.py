"""AdaFocusV2's policy for short videos: one place, as two real numbers."""
from typing import Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision
from .video_batch import refuse_one_video


@MODELS.register_module()
class VideoPatchRegressor(BaseModule):
    """Regress one place for a video from the glance at all of its frames.

    What the authors' code for Something-Something computes: the feature maps
    of all frames are stacked; a 1x1 convolution and two linear layers, each
    with batch normalisation and Tanh, then a linear layer with sigmoid. No
    gradient goes into the feature maps, as in ``PatchRegressor``.

    Args:
        num_frames (int): T, frames of the glance. Defaults to 8.
        in_channels (int): Channels C of the feature maps. Defaults to 1280,
            MobileNetV2's.
        feature_size (int): Their side, cells. Defaults to 7, of 224-px
            frames.
        conv_channels (int): Channels of the convolution. Defaults to 64.
        hidden_channels (int): Width of the first linear layer; the second
            has half of it. Defaults to 1024.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 num_frames: int = 8,
                 in_channels: int = 1280,
                 feature_size: int = 7,
                 conv_channels: int = 64,
                 hidden_channels: int = 1024,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.map_shape = (in_channels, feature_size, feature_size)
        self.num_frames = num_frames
        half = hidden_channels // 2
        self.encoder = nn.Sequential(
            nn.Conv2d(num_frames * in_channels, conv_channels, 1, bias=False),
            nn.BatchNorm2d(conv_channels), nn.Tanh(), nn.Flatten(),
            nn.Linear(conv_channels * feature_size**2, hidden_channels),
            nn.BatchNorm1d(hidden_channels), nn.Tanh(),
            nn.Linear(hidden_channels, half), nn.BatchNorm1d(half), nn.Tanh())
        self.projection = nn.Linear(half, 2)

    def forward(self, maps: Tensor) -> Tensor:
        """Look at the whole video.

        Args:
            maps (Tensor): Feature maps of its frames, float
                ``(B, T, C, h, w)``.

        Returns:
            Tensor: Patch offset (y, x) in [0, 1], at least float32,
            ``(B, 1, 2)``.

        Raises:
            ValueError: If the maps have another number or size, or if one
                video alone is to be trained on.
        """
        refuse_one_video(self, maps)
        expected = (self.num_frames, *self.map_shape)
        if maps.shape[1:] != expected:
            raise ValueError(
                f'the policy was built for feature maps (T, C, h, w) = '
                f'{expected}, but got {tuple(maps.shape[1:])}; set its '
                f'num_frames, in_channels and feature_size to these')
        codes = self.encoder(maps.detach().flatten(1, 2))
        return full_precision(self.projection(codes)).sigmoid()[:, None]
