"""The part that both policies of AdaFocus have alike."""
from typing import Optional, Tuple, Union

from torch import Tensor, nn
from torch.nn.modules.utils import _pair

from ..recurrent import FullPrecisionGRU


class GlanceEncoder(nn.Module):
    """Feature maps of the glance, frame after frame, as recurrent states.

    AdaFocus Fig. 3: a 1x1 convolution that keeps the positions, a linear
    layer and a GRU; all T frames in one call, for the GRU sees no actions.

    Args:
        in_channels (int): C, channels of the feature maps.
        feature_size (int | tuple[int, int]): Their height and width h, w.
        encoder_channels (int): Channels after the 1x1 convolution.
        hidden_channels (int): H, channels of linear layer and GRU.
    """

    def __init__(self, in_channels: int,
                 feature_size: Union[int, Tuple[int, int]],
                 encoder_channels: int, hidden_channels: int) -> None:
        super().__init__()
        height, width = _pair(feature_size)
        self.input_shape = (in_channels, height, width)
        self.encoder = nn.Sequential(
            nn.Conv2d(in_channels, encoder_channels, 1, bias=False),
            nn.ReLU(), nn.Flatten(),
            nn.Linear(encoder_channels * height * width, hidden_channels),
            nn.ReLU())
        self.gru = FullPrecisionGRU(hidden_channels, hidden_channels)

    def forward(self, maps: Tensor, state: Optional[Tensor] = None) -> Tensor:
        """The state after every frame.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            state (Tensor, optional): State before the first of these
                frames, float ``(B, H)``. Defaults to None, the beginning of
                the video.

        Returns:
            Tensor: States, float ``(B, T, H)``.

        Raises:
            ValueError: If the maps have another size.
        """
        if maps.shape[2:] != self.input_shape:
            raise ValueError(
                f'the policy was built for feature maps (C, h, w) = '
                f'{self.input_shape}, but got {tuple(maps.shape[2:])}; set '
                f'its in_channels and feature_size to these')
        codes = self.encoder(maps.flatten(0, 1))  # (B * T, H)
        return self.gru(codes.unflatten(0, maps.shape[:2]), state)
