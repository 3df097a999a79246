"""What policies over clips go by, and what they return."""
from typing import NamedTuple, Optional

from torch import Tensor


class ClipEvidence(NamedTuple):
    """What is known of the L candidate clips of one video.

    Attributes:
        num_clips (int): L, at least 1.
        visual (Tensor, optional): Visual saliency s^V in [0, 1], float
            ``(L, )``; None if the policy does not ask for it.
        audio (Tensor, optional): Audio saliency s^A, likewise.
        confidence (Tensor, optional): Oracle scores f_y, likewise.
    """
    num_clips: int
    visual: Optional[Tensor] = None
    audio: Optional[Tensor] = None
    confidence: Optional[Tensor] = None


class ClipChoice(NamedTuple):
    """The clips that the classifier is to see.

    Attributes:
        inds (Tensor): Ascending positions, long ``(K, )``.
        scores (Tensor, optional): What orders the candidates, higher is
            better, float ``(L, )``; None if nothing does.
    """
    inds: Tensor
    scores: Optional[Tensor] = None
