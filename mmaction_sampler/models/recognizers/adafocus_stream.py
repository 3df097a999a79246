"""Online recognition: a prediction after every frame of a stream."""
from typing import NamedTuple

import torch
from torch import Tensor

from mmaction_sampler.ops import patch_boxes, patch_corners
from .adafocus_types import States
from .glance_focus import GlanceFocusRecognizer
from .streaming import refuse_training_mode


class StreamOutput(NamedTuple):
    """What is known after a frame.

    Attributes:
        scores (Tensor): Class probabilities from all frames so far, float
            ``(B, num_classes)``.
        boxes (Tensor): Patches in this frame, xyxy pixels, float ``(B, 4)``.
        keep (Tensor): Whether they went through the local network, bool
            ``(B, )``.
    """
    scores: Tensor
    boxes: Tensor
    keep: Tensor


class AdaFocusStream:
    """Feed frames one by one; each costs one frame, whatever came before.

    AdaFocus Sec. 3.1, the online setting. B streams run in step. After the
    t-th frame the scores are those that the whole batch gives after its t-th
    frame.

    Args:
        model (GlanceFocusRecognizer): AdaFocus or AdaFocus+, in eval mode.

    Raises:
        ValueError: If the model is in training mode.
    """

    def __init__(self, model: GlanceFocusRecognizer) -> None:
        refuse_training_mode(model)
        self.model = model
        self._states: States = {}

    def reset(self) -> None:
        """Begin new videos."""
        self._states = {}

    @torch.no_grad()
    def step(self, frames: Tensor) -> StreamOutput:
        """Take in the next frame.

        Args:
            frames (Tensor): Normalised, of B streams, float ``(B, C, H, W)``.

        Returns:
            StreamOutput: Predictions, and what was looked at.
        """
        found = self.model.recognize(frames[:, None], self._states)
        self._states = found.states
        patch_size = self.model.patch_size
        corners = patch_corners(
            found.offsets[:, 0], patch_size, *frames.shape[-2:])
        return StreamOutput(found.scores[:, 0],
                            patch_boxes(corners, patch_size),
                            found.keep[:, 0])
