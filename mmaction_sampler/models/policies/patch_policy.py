"""AdaFocus' policy: where to look in each frame."""
from typing import Optional, Tuple, Union

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.model.weight_init import constant_init
from torch import Tensor, nn
from torch.distributions import Categorical

from mmaction_sampler.ops import full_precision, grid_offsets
from .glance_encoder import GlanceEncoder
from .policy_output import PolicyOutput


@MODELS.register_module()
class PatchPolicy(BaseModule):
    """A categorical distribution over a grid of places, for each frame.

    AdaFocus Eq. (3) and Fig. 3, with the critic that PPO needs. The actor
    starts at zero, so that training starts from the uniform distribution.

    Args:
        in_channels (int): Channels of the feature maps. Defaults to 1280,
            MobileNetV2's.
        feature_size (int | tuple[int, int]): Height and width of the feature
            maps. Defaults to 7, of 224-px frames.
        num_positions (int): Places to choose from, a square number: 25, 36,
            49 or 64. Defaults to 49.
        encoder_channels (int): Channels after the 1x1 convolution. Defaults
            to 32.
        hidden_channels (int): Channels H of the GRU. Defaults to 1024.
        init_cfg (dict, optional): Initialisation. Defaults to None.

    Raises:
        ValueError: If ``num_positions`` is no square number.
    """

    def __init__(self,
                 in_channels: int = 1280,
                 feature_size: Union[int, Tuple[int, int]] = 7,
                 num_positions: int = 49,
                 encoder_channels: int = 32,
                 hidden_channels: int = 1024,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.recurrent_encoder = GlanceEncoder(
            in_channels, feature_size, encoder_channels, hidden_channels)
        self.map_shape = self.recurrent_encoder.input_shape
        self.actor = nn.Linear(hidden_channels, num_positions)
        self.critic = nn.Linear(hidden_channels, 1)
        constant_init(self.actor, 0)
        self.register_buffer(
            'grid', grid_offsets(num_positions), persistent=False)

    def encode(self, maps: Tensor, state: Optional[Tensor] = None) -> Tensor:
        """The states that decide; see :class:`GlanceEncoder`."""
        return self.recurrent_encoder(maps, state)

    def forward(self, maps: Tensor) -> PolicyOutput:
        """Distribution over the places, and value, at every frame.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            PolicyOutput: Actions are long ``(B, T)``, see :meth:`offsets`.
        """
        states = self.encode(maps)
        return PolicyOutput(
            _categorical(self.actor(states)),
            full_precision(self.critic(states)).squeeze(-1))

    def offsets(self, actions: Tensor) -> Tensor:
        """The places that actions stand for.

        Args:
            actions (Tensor): Positions in the grid, in rows, long
                ``(B, T)``.

        Returns:
            Tensor: Offsets (y, x), float ``(B, T, 2)`` in [0, 1].
        """
        return self.grid[actions]

    def draw_offsets(self, maps: Tensor) -> Tensor:
        """Places drawn from the policy, as in training.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            Tensor: Offsets (y, x), float ``(B, T, 2)`` in [0, 1].
        """
        states = self.encode(maps)
        return self.offsets(_categorical(self.actor(states)).sample())

    def best_offsets(self,
                     maps: Tensor,
                     state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        """The most probable places, as in testing.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            state (Tensor, optional): State after the frames before, float
                ``(B, H)``. Defaults to None, the beginning of the video.

        Returns:
            tuple[Tensor, Tensor]: Offsets (y, x), float ``(B, T, 2)`` in
            [0, 1], and the state after the last frame ``(B, H)``.
        """
        states = self.encode(maps, state)
        return self.offsets(self.actor(states).argmax(dim=-1)), states[:, -1]


def _categorical(logits: Tensor) -> Categorical:
    """Without a check of the values, which would wait for the device."""
    return Categorical(logits=full_precision(logits), validate_args=False)
