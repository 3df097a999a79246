"""Recognizers that predict after every frame or clip of a stream."""
from abc import ABC, abstractmethod
from typing import Dict, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

from mmaction_sampler.models.recognizers import (FASTER, AdaFocusStream,
                                                 AdaFocusTSM, AdaFocusV2)
from mmaction_sampler.models.recognizers.glance_focus import (
    GlanceFocusRecognizer)
from mmaction_sampler.ops import offset_boxes


class OnlineStep(NamedTuple):
    """What is known after a frame or clip.

    Attributes:
        scores (Tensor): Class probabilities from all so far, float
            ``(num_classes, )``.
        box (Tensor, optional): Patch that was looked at, xyxy pixels of the
            input frame, float ``(4, )``; None without one.
        cost (dict[str, float]): Multiply-adds of this step by component.
    """
    scores: Tensor
    box: Optional[Tensor]
    cost: Dict[str, float]


class OnlineRecognizer(ABC):
    """Takes in a stream; each step costs one frame or clip.

    Attributes:
        num_frames (int): Frames of a step.
        horizon (int, optional): Steps after which it has to begin anew;
            None if it never has to.
    """

    num_frames = 1
    horizon: Optional[int] = None

    @abstractmethod
    def step(self, inputs: Tensor) -> OnlineStep:
        """Take in the next frame or clip.

        Args:
            inputs (Tensor): Normalised, with one video and one candidate:
                float ``(1, 1, C, H, W)`` or ``(1, 1, C, L, H, W)``.
        """

    @abstractmethod
    def reset(self) -> None:
        """Begin a new video."""


class _OnlineAdaFocus(OnlineRecognizer):

    def __init__(self, model: GlanceFocusRecognizer) -> None:
        self._model = model
        self._stream = AdaFocusStream(model)

    def step(self, inputs: Tensor) -> OnlineStep:
        """See :class:`OnlineRecognizer`."""
        output = self._stream.step(inputs[:, 0])
        kept = bool(output.keep[0])
        costs = self._model.component_costs(*inputs.shape[-2:])
        cost = {name: c.unit_macs * kept if name == 'local_cnn' else
                c.macs / self._model.num_candidates
                for name, c in costs.items()}
        return OnlineStep(output.scores[0],
                          output.boxes[0] if kept else None, cost)

    def reset(self) -> None:
        """See :class:`OnlineRecognizer`."""
        self._stream.reset()


class _OnlineAdaFocusV2(OnlineRecognizer):

    def __init__(self, model: AdaFocusV2) -> None:
        self._model = model
        self.horizon = model.num_candidates
        self.reset()

    @torch.no_grad()
    def step(self, inputs: Tensor) -> OnlineStep:
        """See :class:`OnlineRecognizer`."""
        size = tuple(inputs.shape[-2:])
        seen = self._model.see(inputs, self._state)
        self._state = seen.state
        boxes = offset_boxes(seen.patch_offset, self._model.patch_size, *size)
        return OnlineStep(
            seen.logits[0, 0].softmax(dim=-1), boxes[0, 0],
            {name: cost.unit_macs for name, cost in
             self._model.component_costs(*size).items()})

    def reset(self) -> None:
        """See :class:`OnlineRecognizer`."""
        self._state = None


class _OnlineFASTER(OnlineRecognizer):

    def __init__(self, model: FASTER) -> None:
        self._model = model
        self.num_frames = model.clip_len
        self.reset()

    def step(self, inputs: Tensor) -> OnlineStep:
        """See :class:`OnlineRecognizer`."""
        number = self._state.num_seen if self._state else 0
        scores, self._state = self._model.stream(inputs[:, 0], self._state)
        expensive = self._model.pattern.is_expensive(number)
        idle = 'cheap_model' if expensive else 'expensive_model'
        costs = self._model.component_costs(*inputs.shape[-2:])
        return OnlineStep(scores[0], None, {
            name: c.unit_macs for name, c in costs.items()
            if name != idle and (number or name != 'aggregator')})

    def reset(self) -> None:
        """See :class:`OnlineRecognizer`."""
        self._state = None


#: The first that fits is taken.
_KINDS: Tuple[Tuple[type, type], ...] = (
    (GlanceFocusRecognizer, _OnlineAdaFocus),
    (AdaFocusV2, _OnlineAdaFocusV2), (FASTER, _OnlineFASTER))


def online_recognizer(model: nn.Module) -> OnlineRecognizer:
    """A recognizer's way of taking in a stream.

    Args:
        model (nn.Module): In eval mode.

    Returns:
        OnlineRecognizer: At the beginning of a stream.

    Raises:
        ValueError: If the recognizer needs the whole video.
    """
    # With temporal shifts, a video is one step.
    if not isinstance(model, AdaFocusTSM):
        for kind, online in _KINDS:
            if isinstance(model, kind):
                return online(model)
    raise ValueError(
        f'{type(model).__name__} needs the whole video before it predicts; '
        f'--stream is for AdaFocus, AdaFocus+, AdaFocusV2 and FASTER')
