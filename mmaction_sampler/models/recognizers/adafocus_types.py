"""What the steps of AdaFocus hand to each other."""
from typing import Dict, NamedTuple, Optional

from torch import Tensor

from mmaction_sampler.ops import Rollout

#: Memory between the frames of a stream, by component: float ``(B, H)``.
States = Dict[str, Tensor]


class PolicyBatch(NamedTuple):
    """A batch of stage II after acting, ready for updates of the policies.

    Attributes:
        maps (Tensor): Feature maps of the glance, ``(B, T, C, h, w)``.
        rollouts (dict[str, Rollout]): By component, of every policy that
            trains.
        log (dict[str, Tensor]): Scalars to log.
    """
    maps: Tensor
    rollouts: Dict[str, Rollout]
    log: Dict[str, Tensor]


class PatchRollout(NamedTuple):
    """What the patch policy did in T frames of B videos.

    Attributes:
        rollout (Rollout): Actions and returns.
        log (dict[str, Tensor]): Scalars to log.
        confidence (Tensor): Confidence on the truth after every frame, float
            ``(B, T)``.
        states (Tensor): The classifier's after every frame, ``(B, T, S)``.
    """
    rollout: Rollout
    log: Dict[str, Tensor]
    confidence: Tensor
    states: Tensor


class Recognition(NamedTuple):
    """What testing finds in T frames of B videos.

    Attributes:
        scores (Tensor): Class probabilities after every frame, float
            ``(B, T, num_classes)``.
        offsets (Tensor): Places (y, x) of the patches, float ``(B, T, 2)``
            in [0, 1].
        keep (Tensor): Which patches went through the local network, bool
            ``(B, T)``.
        keep_prob (Tensor, optional): Their probability of being kept, float
            ``(B, T)``; None where no frame is ever skipped.
        states (dict[str, Tensor]): Memory after the last frame.
    """
    scores: Tensor
    offsets: Tensor
    keep: Tensor
    keep_prob: Optional[Tensor]
    states: States
