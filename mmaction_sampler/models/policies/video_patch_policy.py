"""Policies that look at the whole video before choosing one place in it."""
from typing import Optional, Tuple, Union

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.distributions import Independent, Normal
from torch.nn.modules.utils import _pair

from mmaction_sampler.ops import full_precision
from ..recurrent import FullPrecisionGRU
from .patch_policy import PatchPolicy
from .policy_output import PolicyOutput
from .video_batch import refuse_one_video


@MODELS.register_module()
class VideoPatchPolicy(PatchPolicy):
    """``PatchPolicy`` that decides once, after the last frame.

    AdaFocus Sec. 4.2. All it gives has one step, T = 1. Arguments: see
    :class:`PatchPolicy`.
    """

    def encode(self, maps: Tensor, state: Optional[Tensor] = None) -> Tensor:
        """The state after the last frame only, float ``(B, 1, H)``."""
        return super().encode(maps, state)[:, -1:]


@MODELS.register_module()
class ContinuousPatchPolicy(BaseModule):
    """One place (y, x) for a video, not bound to a grid.

    What the authors' code for Something-Something computes: the feature maps
    of all frames are stacked, and one step of the GRU is taken. Actions are
    normally distributed around the place, with a fixed deviation; their
    probability is that of what was drawn, where the authors take that of
    the nearest place inside the frame.

    Args:
        num_frames (int): T, frames of the glance. Defaults to 8.
        in_channels (int): Channels of the feature maps. Defaults to 1280,
            MobileNetV2's.
        feature_size (int | tuple[int, int]): Height and width of the feature
            maps. Defaults to 7, of 224-px frames.
        encoder_channels (int): Channels after the 1x1 convolution. Defaults
            to 64.
        hidden_channels (int): Channels H of the GRU. Defaults to 1024.
        action_std (float): Standard deviation of drawn actions, in units of
            the free range, above 0. Defaults to 0.1, the authors'.
        init_cfg (dict, optional): Initialisation. Defaults to None.

    Raises:
        ValueError: If ``action_std`` is not above 0.
    """

    def __init__(self,
                 num_frames: int = 8,
                 in_channels: int = 1280,
                 feature_size: Union[int, Tuple[int, int]] = 7,
                 encoder_channels: int = 64,
                 hidden_channels: int = 1024,
                 action_std: float = 0.1,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if action_std <= 0:
            raise ValueError(
                f'action_std must be above 0, but got {action_std}')
        height, width = _pair(feature_size)
        self.map_shape = (in_channels, height, width)
        self.action_std = action_std
        self.encoder = nn.Sequential(
            nn.Conv2d(
                num_frames * in_channels, encoder_channels, 1, bias=False),
            nn.BatchNorm2d(encoder_channels), nn.ReLU(), nn.Flatten(),
            nn.Linear(encoder_channels * height * width, hidden_channels),
            nn.BatchNorm1d(hidden_channels), nn.ReLU())
        self.gru = FullPrecisionGRU(hidden_channels, hidden_channels)
        self.actor = nn.Linear(hidden_channels, 2)
        self.critic = nn.Linear(hidden_channels, 1)

    def encode(self, maps: Tensor) -> Tensor:
        """The state that decides.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            Tensor: Float ``(B, 1, H)``.

        Raises:
            ValueError: If one video alone is to be trained on.
        """
        refuse_one_video(self, maps)
        return self.gru(self.encoder(maps.flatten(1, 2))[:, None])

    def forward(self, maps: Tensor) -> PolicyOutput:
        """Distribution over places, and value, of every video.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            PolicyOutput: Actions are float ``(B, 1, 2)``.
        """
        states = self.encode(maps)
        places = full_precision(self.actor(states)).sigmoid()
        noise = Normal(places, self.action_std, validate_args=False)
        return PolicyOutput(
            Independent(noise, 1, validate_args=False),
            full_precision(self.critic(states)).squeeze(-1))

    def offsets(self, actions: Tensor) -> Tensor:
        """The places that actions stand for.

        Args:
            actions (Tensor): Float ``(B, 1, 2)``.

        Returns:
            Tensor: Offsets (y, x), the same inside [0, 1].
        """
        return actions.clamp(0, 1)

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """A place drawn from the policy, as in training.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            Tensor: Offsets (y, x), float ``(B, 1, 2)`` in [0, 1].
        """
        return self.offsets(self(maps).distribution.sample())

    def best_offsets(self, maps: Tensor) -> Tuple[Tensor, Tensor]:
        """The mean place, as in testing.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            tuple[Tensor, Tensor]: Offsets (y, x), float ``(B, 1, 2)`` in
            (0, 1), and the state ``(B, H)``.
        """
        states = self.encode(maps)
        places = full_precision(self.actor(states)).sigmoid()
        return places, states[:, -1]
