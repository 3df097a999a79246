"""A GRU layer whose every state can be had and set."""
from typing import Optional

import torch
from torch import Tensor, nn

from mmaction_sampler.ops import full_precision


class FullPrecisionGRU(nn.GRU):
    """One GRU layer, batch first, always computed in full precision.

    Mixed precision would gain nothing here, a GRU being a thousandth of the
    networks around it, and rounded states would change what online and
    offline recognition see.

    Args:
        in_channels (int): C, channels of the inputs.
        hidden_channels (int): H, channels of the state.
    """

    def __init__(self, in_channels: int, hidden_channels: int) -> None:
        super().__init__(in_channels, hidden_channels, batch_first=True)

    def forward(self,
                sequence: Tensor,
                state: Optional[Tensor] = None) -> Tensor:
        """The state after every step.

        Args:
            sequence (Tensor): Inputs, float ``(B, T, C)``.
            state (Tensor, optional): State before the first step, float
                ``(B, H)``. Defaults to None, zeros.

        Returns:
            Tensor: States, float ``(B, T, H)``.
        """
        with torch.autocast(sequence.device.type, enabled=False):
            if state is not None:
                state = full_precision(state)[None].contiguous()
            return super().forward(full_precision(sequence), state)[0]
