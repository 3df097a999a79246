"""AdaFocus+'s second policy: whether to look closely at a frame."""
from typing import Optional, Tuple, Union

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.model.weight_init import constant_init
from torch import Tensor, nn
from torch.distributions import Bernoulli

from mmaction_sampler.ops import full_precision
from .glance_encoder import GlanceEncoder
from .policy_output import PolicyOutput


@MODELS.register_module()
class SkipPolicy(BaseModule):
    """The probability that a frame's patch is kept, for each frame.

    AdaFocus Eq. (8): ``PatchPolicy`` but for the Bernoulli actor, which
    starts at zero: at first every other patch is kept.

    Args:
        in_channels (int): Channels of the feature maps. Defaults to 1280,
            MobileNetV2's.
        feature_size (int | tuple[int, int]): Height and width of the feature
            maps. Defaults to 7, of 224-px frames.
        encoder_channels (int): Channels after the 1x1 convolution. Defaults
            to 32.
        hidden_channels (int): Channels H of the GRU. Defaults to 1024.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self,
                 in_channels: int = 1280,
                 feature_size: Union[int, Tuple[int, int]] = 7,
                 encoder_channels: int = 32,
                 hidden_channels: int = 1024,
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.recurrent_encoder = GlanceEncoder(
            in_channels, feature_size, encoder_channels, hidden_channels)
        self.map_shape = self.recurrent_encoder.input_shape
        self.actor = nn.Linear(hidden_channels, 1)
        self.critic = nn.Linear(hidden_channels, 1)
        constant_init(self.actor, 0)

    def forward(self, maps: Tensor) -> PolicyOutput:
        """Distribution of keeping, and value, at every frame.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.

        Returns:
            PolicyOutput: Actions are 1 (keep) or 0, float ``(B, T)``.
        """
        states = self.recurrent_encoder(maps)
        logits = full_precision(self.actor(states)).squeeze(-1)
        return PolicyOutput(
            Bernoulli(logits=logits, validate_args=False),
            full_precision(self.critic(states)).squeeze(-1))

    def keep_prob(self,
                  maps: Tensor,
                  state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        """The probability of keeping each frame's patch.

        Args:
            maps (Tensor): Feature maps e^G, float ``(B, T, C, h, w)``.
            state (Tensor, optional): State after the frames before, float
                ``(B, H)``. Defaults to None, the beginning of the video.

        Returns:
            tuple[Tensor, Tensor]: Float ``(B, T)`` in [0, 1], and the state
            after the last frame ``(B, H)``.
        """
        states = self.recurrent_encoder(maps, state)
        logits = full_precision(self.actor(states)).squeeze(-1)
        return logits.sigmoid(), states[:, -1]
