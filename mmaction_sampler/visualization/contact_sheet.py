"""All candidates of one video on one sheet, the selected ones marked."""
from typing import Optional, Tuple

import cv2
import numpy as np

from mmaction_sampler.structures import Selection
from .drawing import (BACKGROUND, BOX, FAINT, MARK, TEXT, TRACK, text_width,
                      wrap_text, write_text)

_MAX_COLUMNS = 8
# Below this width, a time and a probability cannot be read under a frame.
_MIN_CELL_WIDTH = 112
_BORDER = 5
_GAP = 10
_FOOTER = 44
_MARGIN = 12
_DIMMED = 0.4

_SMALL = 12
_LARGE = 16
_TITLE_LINE = 24


def contact_sheet(frames: np.ndarray,
                  selection: Selection,
                  times: Optional[np.ndarray] = None,
                  title: str = '') -> np.ndarray:
    """Draw the T candidates of a video in rows, in order of time.

    Selected candidates have a thick border and keep their pixels (but for
    their box), the others are dimmed. Below each stands its time, or else
    its position among the candidates, and its score as a bar, whose full
    length is the highest score of the video, with the number. Frames
    narrower than 112 px are enlarged by a whole factor.

    Args:
        frames (np.ndarray): Candidates, RGB, uint8 ``(T, H, W, 3)``.
        selection (Selection): What was selected of them. Its boxes, if any,
            are in pixels of ``frames``.
        times (np.ndarray, optional): Seconds, float ``(T, )``. Defaults to
            None.
        title (str): Text above the frames, broken into lines as
            needed. Defaults to ``''``, no title.

    Returns:
        np.ndarray: The sheet, RGB, uint8 ``(H', W', 3)``.

    Raises:
        ValueError: If ``frames`` or ``times`` have the wrong type or shape,
            or do not fit ``selection``.
    """
    _check(frames, selection, times)
    scale = -(-_MIN_CELL_WIDTH // frames.shape[2])
    height, width = frames.shape[1] * scale, frames.shape[2] * scale
    rows, columns = _grid(len(frames))
    pitch_y, pitch_x = _pitch(height, width)
    sheet_width = 2 * _MARGIN + columns * pitch_x - _GAP
    lines = wrap_text(title, sheet_width - 2 * _MARGIN, _LARGE)
    top = _MARGIN + _TITLE_LINE * len(lines) + (4 if lines else 0)
    sheet = np.full((top + rows * pitch_y - _GAP + _MARGIN, sheet_width, 3),
                    BACKGROUND, np.uint8)
    for i, line in enumerate(lines):
        write_text(
            sheet, line, (_MARGIN, _MARGIN + 14 + i * _TITLE_LINE), _LARGE,
            TEXT)
    row_of = {ind: row for row, ind in enumerate(selection.inds.tolist())}
    for i, frame in enumerate(frames):
        y = top + i // columns * pitch_y
        x = _MARGIN + i % columns * pitch_x
        cell = sheet[y:y + pitch_y - _GAP, x:x + pitch_x - _GAP]
        image = frame.repeat(scale, axis=0).repeat(scale, axis=1)
        _draw_frame(cell, image, selection, row_of.get(i), scale)
        label = f'no. {i}' if times is None else f'{times[i]:.2f} s'
        _draw_footer(cell[-_FOOTER:], label, selection, i)
    return sheet


def _grid(num_frames: int) -> Tuple[int, int]:
    """Rows and columns, as even as they come."""
    rows = -(-num_frames // _MAX_COLUMNS)
    return rows, -(-num_frames // rows)


def _pitch(height: int, width: int) -> Tuple[int, int]:
    """Distance from one cell to the next, down and right, pixels."""
    return (height + 2 * _BORDER + _FOOTER + _GAP,
            width + 2 * _BORDER + _GAP)


def _draw_frame(cell: np.ndarray, image: np.ndarray, selection: Selection,
                row: Optional[int], scale: int) -> None:
    """Put an image into its cell.

    Args:
        cell (np.ndarray): The cell, a view of the sheet.
        image (np.ndarray): The frame, enlarged.
        selection (Selection): What was selected.
        row (int, optional): Row of the frame in ``selection.inds``, None if
            it was not selected.
        scale (int): By how much the frame was enlarged.
    """
    height, width = image.shape[:2]
    inner = cell[_BORDER:_BORDER + height, _BORDER:_BORDER + width]
    if row is None:
        inner[:] = (image * _DIMMED).astype(np.uint8)
        return
    cell[:height + 2 * _BORDER] = MARK
    inner[:] = image
    if 'boxes' in selection:
        box = (selection.boxes[row].cpu().numpy() * scale).round()
        left, upper, right, lower = box.astype(int).tolist()
        # xyxy ends after the last pixel, OpenCV's corners are pixels.
        picture = np.ascontiguousarray(inner)
        cv2.rectangle(picture, (left, upper), (right - 1, lower - 1), BOX, 2)
        inner[:] = picture


def _draw_footer(footer: np.ndarray, label: str, selection: Selection,
                 index: int) -> None:
    """Write a time, and draw a score as a bar, below a frame."""
    selected = index in selection.inds.tolist()
    color = TEXT if selected else FAINT
    write_text(footer, label, (_BORDER, 16), _SMALL, color)
    if 'scores' not in selection:
        return
    scores = selection.scores.float()
    number = f'{scores[index].item():.3f}'
    number_width = text_width(number, _SMALL)
    right = footer.shape[1] - _BORDER
    write_text(footer, number, (right - number_width, 35), _SMALL, color)
    full = right - number_width - 6 - _BORDER
    highest = scores.max().clamp(min=1e-12)
    share = (scores[index] / highest).clamp(0, 1).item()
    footer[26:36, _BORDER:_BORDER + full] = TRACK
    length = round(share * full)
    footer[26:36, _BORDER:_BORDER + length] = MARK if selected else FAINT


def _check(frames: np.ndarray, selection: Selection,
           times: Optional[np.ndarray]) -> None:
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3:
        raise ValueError(
            f'frames must be uint8 (T, H, W, 3), but got {frames.dtype} '
            f'{frames.shape}')
    if len(frames) != selection.num_candidates:
        raise ValueError(
            f'the selection is of {selection.num_candidates} candidates, '
            f'but got {len(frames)} frames')
    if times is not None and np.shape(times) != (len(frames), ):
        raise ValueError(
            f'times must have one value for each of the {len(frames)} '
            f'frames, but got shape {np.shape(times)}')
