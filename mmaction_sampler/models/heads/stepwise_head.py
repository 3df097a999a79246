"""Heads that predict after every frame."""
from abc import abstractmethod
from typing import Dict, List, NamedTuple, Optional

from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.ops import full_precision


class StepwiseOutput(NamedTuple):
    """Predictions after every frame, and what they rest upon.

    Attributes:
        logits (Tensor): At least float32, ``(B, T, num_classes)``.
        states (Tensor): The head's memory after every frame, ``(B, T, S)``.
            With the row of one frame as its ``state`` the head goes on from
            there.
    """
    logits: Tensor
    states: Tensor


class StepwiseHead(BaseHead):
    """A classifier of frame features that keeps a state.

    The logits after a frame depend on this frame and on the state before
    it only.
    """

    @abstractmethod
    def forward(self,
                features: Tensor,
                state: Optional[Tensor] = None) -> StepwiseOutput:
        """Predict after every frame.

        Args:
            features (Tensor): Features of the frames, float ``(B, T, C)``.
            state (Tensor, optional): State before the first of them, float
                ``(B, S)``. Defaults to None, the beginning of the video.

        Returns:
            StepwiseOutput: Logits and states.
        """

    def loss(self, features: Tensor,
             data_samples: List[ActionDataSample]) -> Dict[str, Tensor]:
        """Cross-entropy of what is said after every frame, AdaFocus Eq. (5).

        Args:
            features (Tensor): Features of the frames, float ``(B, T, C)``.
            data_samples (list[ActionDataSample]): B samples with labels.

        Returns:
            dict[str, Tensor]: ``loss_cls``, mean over frames and videos,
            and with single labels ``top{k}_acc``, likewise.
        """
        logits = full_precision(self(features).logits)  # (B, T, num_classes)
        repeated = [s for s in data_samples for _ in range(logits.shape[1])]
        return self.loss_by_feat(logits.flatten(0, 1), repeated)
