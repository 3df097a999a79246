"""Small charts below the frames of a sheet."""
from typing import List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np

from .drawing import (BACKGROUND, BOX, FAINT, MARK, PANEL, SECOND, TEXT,
                      TRACK, Color, shorten, text_width, write_text)

HEIGHT = 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 16, 28, 26
_SMALL = 12
#: Colours of the lines of a chart, in their order.
LINE_COLORS: Tuple[Color, ...] = (MARK, SECOND, BOX)
_LEGEND = 220
_MAX_BARS = 64


class _Plot(NamedTuple):
    """Where values stand on a chart."""
    image: np.ndarray
    left: int
    right: int
    x_range: Tuple[float, float]
    y_range: Tuple[float, float]

    def x(self, value: float) -> int:
        """Column of a value."""
        low, high = self.x_range
        share = (value - low) / max(high - low, 1e-12)
        return round(self.left + share * (self.right - self.left))

    def y(self, value: float) -> int:
        """Row of a value."""
        low, high = self.y_range
        share = (value - low) / max(high - low, 1e-12)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP))


def score_chart(places: np.ndarray, scores: np.ndarray,
                selected: Sequence[int], width: int, title: str,
                unit: str = ' s') -> np.ndarray:
    """Scores of all candidates over time, the selected ones marked.

    Args:
        places (np.ndarray): Where the candidates lie, seconds, float
            ``(T, )``.
        scores (np.ndarray): Probabilities or saliencies, float ``(T, )``.
        selected (Sequence[int]): Positions of the selected ones.
        width (int): Pixels of the chart.
        title (str): Line above it.
        unit (str): Behind the numbers of the axis. Defaults to ``' s'``.

    Returns:
        np.ndarray: RGB uint8 ``(HEIGHT, width, 3)``.
    """
    low = min(0., float(scores.min()))
    plot = _plot(places, (low, max(float(scores.max()), low + 1e-9)), width,
                 width - _RIGHT, title, unit)
    chosen = set(selected)
    if len(scores) > _MAX_BARS:
        _line(plot, places, scores, FAINT)
        for i in chosen:
            cv2.line(plot.image, (plot.x(places[i]), plot.y(low)),
                     (plot.x(places[i]), plot.y(scores[i])), MARK, 2)
        return plot.image
    half = max((plot.right - plot.left) // (3 * max(len(scores), 6)), 2)
    for i, (place, score) in enumerate(zip(places, scores)):
        column, color = plot.x(place), MARK if i in chosen else FAINT
        cv2.rectangle(plot.image, (column - half, plot.y(score)),
                      (column + half, plot.y(low)), color, -1)
    return plot.image


def step_chart(step_scores: np.ndarray, names: Sequence[str], width: int,
               title: str) -> np.ndarray:
    """Probability of some classes after each step.

    Args:
        step_scores (np.ndarray): Float ``(N, C)``, at most three classes.
        names (Sequence[str]): Of the C classes.
        width (int): Pixels of the chart.
        title (str): Line above it.

    Returns:
        np.ndarray: RGB uint8 ``(HEIGHT, width, 3)``.
    """
    steps = np.arange(1, len(step_scores) + 1)
    legend = min(_LEGEND, width // 3)
    plot = _plot(steps, (0., 1.), width, width - legend, title, '')
    for i, (name, scores) in enumerate(zip(names, step_scores.T)):
        color = LINE_COLORS[i % len(LINE_COLORS)]
        _line(plot, steps, scores, color)
        for step, score in zip(steps, scores):
            if len(steps) <= _MAX_BARS:
                cv2.circle(plot.image, (plot.x(step), plot.y(score)), 3,
                           color, -1, cv2.LINE_AA)
        text = f'{name}  {scores[-1]:.2f}'
        left = width - legend + 28
        cv2.line(plot.image, (left - 20, _TOP + 8 + 22 * i),
                 (left - 6, _TOP + 8 + 22 * i), color, 2)
        write_text(plot.image, shorten(text, width - left - 8, _SMALL),
                   (left, _TOP + 13 + 22 * i), _SMALL, TEXT)
    return plot.image


def bar_list(rows: Sequence[Tuple[str, float, str]], width: int,
             title: str) -> np.ndarray:
    """Named numbers, one a row, as bars.

    Args:
        rows (Sequence[tuple]): Name, share of the full bar in [0, 1], and
            the number as text.
        width (int): Pixels of the list.
        title (str): Line above it.

    Returns:
        np.ndarray: RGB uint8 ``(H, width, 3)``.
    """
    image = np.full((_TOP + 22 * len(rows) + 6, width, 3), PANEL, np.uint8)
    write_text(image, shorten(title, width - 20, _SMALL), (10, 19), _SMALL,
               FAINT)
    number = max([text_width(row[2], _SMALL) for row in rows], default=0)
    name_width = min(max([text_width(row[0], _SMALL) for row in rows],
                         default=0), (width - number - 40) // 2)
    left, right = 10 + name_width + 10, width - 20 - number
    for i, (name, share, text) in enumerate(rows):
        y = _TOP + 22 * i
        write_text(image, shorten(name, name_width, _SMALL), (10, y + 14),
                   _SMALL, TEXT)
        image[y + 4:y + 16, left:right] = TRACK
        end = left + round((right - left) * min(max(share, 0.), 1.))
        image[y + 4:y + 16, left:end] = MARK if not i else SECOND
        write_text(image, text, (right + 10, y + 14), _SMALL, TEXT)
    return image


def stack(parts: Sequence[np.ndarray], gap: int = 10) -> np.ndarray:
    """Pictures of one width below each other, with gaps.

    Args:
        parts (Sequence[np.ndarray]): RGB uint8 ``(H_i, W, 3)``.
        gap (int): Rows between them. Defaults to 10.

    Returns:
        np.ndarray: RGB uint8 ``(H, W, 3)``.
    """
    space = np.full((gap, parts[0].shape[1], 3), BACKGROUND, np.uint8)
    rows: List[np.ndarray] = [parts[0]]
    for part in parts[1:]:
        rows += [space, part]
    return np.concatenate(rows)


def _plot(places: np.ndarray, y_range: Tuple[float, float], width: int,
          right: int, title: str, unit: str) -> _Plot:
    """An empty chart with its axes."""
    image = np.full((HEIGHT, width, 3), PANEL, np.uint8)
    # The outermost bars need room.
    low, high = float(places.min()), float(places.max())
    pad = (high - low) / max(2 * len(places), 2) or 0.5
    plot = _Plot(image, _LEFT, right, (low - pad, high + pad), y_range)
    write_text(image, shorten(title, width - 20, _SMALL), (10, 19), _SMALL,
               FAINT)
    for value in np.linspace(*y_range, 3):
        row = plot.y(value)
        image[row, plot.left:plot.right] = TRACK
        text = f'{value:.2g}'
        write_text(image, text,
                   (plot.left - 8 - text_width(text, _SMALL), row + 4),
                   _SMALL, FAINT)
    for value in _ticks(low, high, max((right - _LEFT) // 90, 2)):
        text = f'{value:g}{unit}'
        column = plot.x(value) - text_width(text, _SMALL) // 2
        write_text(image, text, (column, HEIGHT - 8), _SMALL, FAINT)
    return plot


def _ticks(low: float, high: float, most: int) -> List[float]:
    """Round numbers within a range."""
    if high <= low:
        return [round(low, 2)]
    raw = (high - low) / most
    power = 10. ** np.floor(np.log10(raw))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw)
    if float(low).is_integer() and float(high).is_integer():
        step = max(step, 1.)
    first = np.ceil(low / step)
    count = int(np.floor(high / step) - first) + 1
    return [round(float((first + i) * step), 10) for i in range(count)]


def _line(plot: _Plot, places: np.ndarray, values: np.ndarray,
          color: Color) -> None:
    points = [[plot.x(p), plot.y(v)] for p, v in zip(places, values)]
    cv2.polylines(plot.image, [np.array(points, np.int32)], False, color, 2,
                  cv2.LINE_AA)
