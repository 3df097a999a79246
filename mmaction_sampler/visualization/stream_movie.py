"""A stream as it was recognised."""
from types import TracebackType
from typing import Optional, Type

import cv2
import numpy as np

from .drawing import (BACKGROUND, BOX, FAINT, MARK, TEXT, TRACK, shorten,
                      text_width, write_text)
from .mp4 import Mp4Writer

_RATE = 10
_WIDTH = 480
_BELOW = 64
#: Of a frame; codecs refuse sides without bounds.
_HIGHEST = 960


class StreamMovie:
    """Writes the frames after which there was a prediction, with it.

    Args:
        path (str): The mp4 file.
    """

    def __init__(self, path: str) -> None:
        self._movie = Mp4Writer(path, _RATE)
        self._height = 0

    def add(self, image: np.ndarray, record: dict) -> None:
        """Add a frame.

        Args:
            image (np.ndarray): RGB uint8 ``(H, W, 3)``.
            record (dict): Its prediction: ``time``, ``top``, ``gflops``, and
                ``box`` with ``input_size``, if any, which is shown where
                the frame and the input have the same shape.
        """
        scale = min(_WIDTH / image.shape[1],
                    (self._height or _HIGHEST) / image.shape[0])
        size = [max(round(side * scale), 1) for side in image.shape[:2]]
        height = self._height = self._height or size[0]
        picture = cv2.resize(image, size[::-1])
        if 'box' in record:
            _draw_box(picture, record)
        total = height + _BELOW
        canvas = np.full((total + total % 2, _WIDTH, 3), BACKGROUND, np.uint8)
        top, left = (height - size[0]) // 2, (_WIDTH - size[1]) // 2
        canvas[top:top + size[0], left:left + size[1]] = picture
        _caption(canvas[height:], record)
        self._movie.add(canvas)

    def __enter__(self) -> 'StreamMovie':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self._movie.__exit__(kind, error, traceback)


def _draw_box(picture: np.ndarray, record: dict) -> None:
    """The patch; the input is the largest centred part of its shape."""
    high, wide = record['input_size']
    scale = min(picture.shape[0] / high, picture.shape[1] / wide)
    left = (picture.shape[1] - wide * scale) / 2
    top = (picture.shape[0] - high * scale) / 2
    box = np.array(record['box']) * scale + [left, top, left, top]
    x0, y0, x1, y1 = box.round().astype(int).tolist()
    cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), BOX, 2)


def _caption(below: np.ndarray, record: dict) -> None:
    """Time, cost and the best class below a frame."""
    best = record['top'][0]
    name = best.get('name', f'class {best["label"]}')
    write_text(below, shorten(name, 300, 15), (10, 22), 15, TEXT)
    score = f'{best["score"]:.2f}'
    write_text(below, score, (_WIDTH - 10 - text_width(score, 15), 22), 15,
               TEXT)
    below[32:40, 10:-10] = TRACK
    below[32:40, 10:10 + round((_WIDTH - 20) * best['score'])] = MARK
    line = f'{record["time"]:.2f} s, {record["gflops"]["total"]:.4g} GFLOPs'
    write_text(below, line, (10, 58), 12, FAINT)
