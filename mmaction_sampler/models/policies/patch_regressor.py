"""AdaFocusV2's policy: a patch of every frame, as two real numbers."""
from typing import Optional, Tuple

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision


@MODELS.register_module()
class PatchRegressor(BaseModule):
    """Regress where to look in each frame from what was glanced at so far.

    A 1x1 convolution and a linear layer, each with batch normalisation and
    Tanh, encode the feature map of a frame; a GRU carries the frames before
    it; a linear layer with sigmoid gives the place. No gradient goes into
    the feature maps: recognition alone trains the global network, so that
    one-stage training stays stable (AdaFocusV2).

    Args:
        in_channels (int): Channels C of the feature maps.
        feature_size (int): Their side, cells: 7 for 224 px and stride 32.
        conv_channels (int): Channels of the convolution. Defaults to 64.
        hidden_channels (int): Width of the linear layer and of the GRU.
            Defaults to 2048.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 in_channels: int,
                 feature_size: int = 7,
                 conv_channels: int = 64,
                 hidden_channels: int = 2048,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.map_shape = (in_channels, feature_size, feature_size)
        self.encoder = nn.Sequential(
            nn.Conv2d(in_channels, conv_channels, 1, bias=False),
            nn.BatchNorm2d(conv_channels),
            nn.Tanh(),
            nn.Flatten(),
            nn.Linear(conv_channels * feature_size**2, hidden_channels),
            nn.BatchNorm1d(hidden_channels),
            nn.Tanh(),
        )
        self.gru = nn.GRU(hidden_channels, hidden_channels, batch_first=True)
        self.projection = nn.Linear(hidden_channels, 2)

    def forward(self,
                features: Tensor,
                hidden: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        """Look at S frames in the order given, all at once.

        Args:
            features (Tensor): Feature maps, float ``(B, S, C, h, w)``.
            hidden (Tensor, optional): State after the frames before, float
                ``(1, B, hidden_channels)``. Defaults to None, no frames.

        Returns:
            tuple[Tensor, Tensor]: Patch offsets (y, x) in [0, 1], at least
            float32, ``(B, S, 2)``; state after these frames.

        Raises:
            ValueError: If the feature maps have another size.
        """
        size = self.map_shape[1:]
        if features.shape[-2:] != size:
            raise ValueError(
                f'PatchRegressor has feature_size={size[0]}, but '
                f'the global network gives {tuple(features.shape[-2:])}; set '
                f'feature_size to the side of its feature maps')
        codes = self.encoder(features.detach().flatten(0, 1))  # (B * S, D)
        codes = codes.unflatten(0, features.shape[:2])  # (B, S, D)
        outputs, hidden = self.gru(codes, hidden)
        # A half-precision offset would move in steps of half a pixel.
        logits = full_precision(self.projection(outputs))
        return logits.sigmoid(), hidden
