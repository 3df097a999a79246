"""Pictures of a video's candidates, from what the recognizer was given."""
from typing import NamedTuple, Optional, Union

import cv2
import numpy as np
import torch
from torch import Tensor

from mmaction_sampler.structures import ClipStream, Selection

_MAX_PICTURES = 24
_MAX_WIDTH = 224


class CandidatePictures(NamedTuple):
    """One picture of each candidate that is shown.

    Attributes:
        frames (np.ndarray): RGB uint8 ``(P, H, W, 3)``.
        positions (np.ndarray): Among the T candidates, ascending, int64
            ``(P, )``.
        selection (Selection): What was selected of those that are shown;
            boxes are in pixels of ``frames``.
    """
    frames: np.ndarray
    positions: np.ndarray
    selection: Selection


def candidate_pictures(inputs: Union[Tensor, ClipStream],
                       selection: Selection,
                       max_pictures: int = _MAX_PICTURES,
                       max_width: int = _MAX_WIDTH) -> CandidatePictures:
    """Frames of a video that show its candidates.

    Of a clip the frame in its middle. Where there are too many candidates,
    the selected ones are shown, and evenly spread others between them.

    Args:
        inputs (Tensor | ClipStream): What the recognizer was given: grey
            levels, frames ``(T, 3, H, W)``, clips ``(T, 3, L, H, W)``, or a
            stream.
        selection (Selection): What was selected.
        max_pictures (int): Most pictures. Defaults to 24.
        max_width (int): Wider frames are scaled down, pixels. Defaults to
            224.

    Returns:
        CandidatePictures: The pictures.

    Raises:
        ValueError: If the inputs have another shape.
        ClipStreamError: If a clip of a stream cannot be decoded.
    """
    positions = _positions(selection, max_pictures)
    frames = [_picture(inputs, int(i)) for i in positions]
    height, width = frames[0].shape[:2]
    scale = min(1., max_width / width)
    if scale < 1:
        size = (max_width, max(round(height * scale), 1))
        frames = [cv2.resize(f, size, interpolation=cv2.INTER_AREA)
                  for f in frames]
    return CandidatePictures(
        np.stack(frames), positions, _shown(selection, positions, scale))


def _positions(selection: Selection, most: int) -> np.ndarray:
    """Ascending positions of the candidates that are shown."""
    chosen = selection.inds.cpu().numpy()
    if selection.num_candidates <= most:
        return np.arange(selection.num_candidates)
    if len(chosen) >= most:
        return chosen[np.linspace(0, len(chosen) - 1, most).astype(int)]
    others = np.setdiff1d(np.arange(selection.num_candidates), chosen)
    places = np.linspace(0, len(others) - 1, most - len(chosen))
    return np.union1d(chosen, others[places.astype(int)])


def _picture(inputs: Union[Tensor, ClipStream], position: int) -> np.ndarray:
    """RGB uint8 ``(H, W, 3)`` of one candidate."""
    if isinstance(inputs, ClipStream):
        clip = next(iter(inputs.load([position])))[0]  # (F, 3, H, W)
        frame = clip[len(clip) // 2]
    elif inputs.dim() == 5:
        frame = inputs[position, :, inputs.shape[2] // 2]
    elif inputs.dim() == 4:
        frame = inputs[position]
    else:
        raise ValueError(
            f'pictures need frames (T, 3, H, W) or clips (T, 3, L, H, W), '
            f'but the pipeline gives {tuple(inputs.shape)}')
    frame = frame.clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(frame.permute(1, 2, 0).cpu().numpy())


def _shown(selection: Selection, positions: np.ndarray,
           scale: float) -> Selection:
    """The part of a selection that is shown."""
    chosen = selection.inds.cpu()
    shown = torch.from_numpy(np.isin(chosen.numpy(), positions))
    places = np.searchsorted(positions, chosen[shown].numpy())
    scores: Optional[Tensor] = selection.get('scores')
    boxes: Optional[Tensor] = selection.get('boxes')
    return Selection.create(
        torch.from_numpy(places.astype(np.int64)), len(positions),
        unit=selection.unit,
        scores=None if scores is None else scores.cpu()[positions],
        boxes=None if boxes is None else boxes.cpu()[shown] * scale)
