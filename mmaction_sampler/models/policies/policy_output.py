"""What the recurrent policies of AdaFocus return."""
from typing import NamedTuple

from torch import Tensor
from torch.distributions import Distribution


class PolicyOutput(NamedTuple):
    """A policy's view of T steps of B videos.

    Attributes:
        distribution (Distribution): Of the actions, batch shape ``(B, T)``.
        values (Tensor): The critic's estimates of the returns, float
            ``(B, T)``.
    """
    distribution: Distribution
    values: Tensor
