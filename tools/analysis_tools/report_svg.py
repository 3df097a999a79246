"""Charts as SVG, without any resource from elsewhere."""
from html import escape
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np

WIDTH, HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 14, 46
_NUM_COLORS = 6


class Series(NamedTuple):
    """Points of one colour.

    Attributes:
        name (str): In the legend.
        points (Sequence[tuple[float, float]]): x and y.
        joined (bool): Whether a line runs through them.
    """
    name: str
    points: Sequence[Tuple[float, float]]
    joined: bool = True


def line_chart(series: Sequence[Series], x_label: str, y_label: str) -> str:
    """Points and lines over two axes.

    Args:
        series (Sequence[Series]): At least one point in all.
        x_label (str): Below the horizontal axis.
        y_label (str): Beside the vertical axis.

    Returns:
        str: SVG.
    """
    xs = [x for s in series for x, _ in s.points]
    ys = [y for s in series for _, y in s.points]
    axes = _Axes(_shares(_ticks(min(xs), max(xs)), x_label),
                 _shares(_ticks(min(ys), max(ys)), y_label))
    parts = [axes.draw(x_label, y_label)]
    for i, one in enumerate(series):
        color = f'c{i % _NUM_COLORS}'
        places = [(axes.x(x), axes.y(y)) for x, y in one.points]
        if one.joined and len(places) > 1:
            path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in places)
            parts.append(f'<polyline class="line {color}" points="{path}"/>')
        if not one.joined or len(places) <= 40:
            parts += [
                f'<circle class="dot {color}" cx="{x:.1f}" cy="{y:.1f}" '
                f'r="4"><title>{escape(one.name)}: {px:.4g}, {py:.4g}'
                f'</title></circle>'
                for (x, y), (px, py) in zip(places, one.points)]
    legend = ''
    if len(series) > 1:
        legend = '<p class="legend">' + ' '.join(
            f'<span class="key c{i % _NUM_COLORS}">{escape(s.name)}</span>'
            for i, s in enumerate(series)) + '</p>'
    return _svg(parts) + legend


def histogram(values: Sequence[float], x_label: str, y_label: str,
              bounds: Tuple[float, ...] = ()) -> str:
    """How often values occur.

    Args:
        values (Sequence[float]): At least one.
        x_label (str): Below the horizontal axis.
        y_label (str): Beside the vertical axis.
        bounds (tuple[float, ...]): Lowest and highest value of the axis.
            Defaults to none, those of the values.

    Returns:
        str: SVG.
    """
    low, high = bounds or (min(values), max(values))
    if high - low < 1e-9 * max(abs(high), 1e-9):
        pad = abs(high) * 0.1 or 0.5
        low, high = low - pad, high + pad
    counts, edges = np.histogram(values, bins=20, range=(low, high))
    axes = _Axes(_ticks(low, high), _ticks(0, max(counts.max(), 1)))
    parts = [axes.draw(x_label, y_label)]
    for count, left, right in zip(counts, edges, edges[1:]):
        x, y = axes.x(left), axes.y(count)
        parts.append(
            f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" '
            f'width="{max(axes.x(right) - x - 2, 1):.1f}" '
            f'height="{axes.y(0) - y:.1f}"><title>{left:.4g} to '
            f'{right:.4g}: {count}</title></rect>')
    return _svg(parts)


def bars(rows: Sequence[Tuple[str, float]], unit: str) -> str:
    """Named numbers as horizontal bars.

    Args:
        rows (Sequence[tuple[str, float]]): Names and numbers, at least 0.
        unit (str): Behind the numbers.

    Returns:
        str: HTML.
    """
    most = max([value for _, value in rows], default=0.) or 1.
    cells = ''.join(
        f'<tr><td>{escape(name)}</td><td class="wide"><div class="track">'
        f'<div class="fill" style="width:{100 * value / most:.1f}%"></div>'
        f'</div></td><td class="number">{value:.4g} {escape(unit)}</td></tr>'
        for name, value in rows)
    return f'<table class="bars">{cells}</table>'


class _Axes:
    """Where numbers stand on a chart."""

    def __init__(self, x_ticks: List[float], y_ticks: List[float]) -> None:
        self._x_ticks, self._y_ticks = x_ticks, y_ticks

    def x(self, value: float) -> float:
        """Horizontal place of a number."""
        low, high = self._x_ticks[0], self._x_ticks[-1]
        return _LEFT + (value - low) / (high - low) * (
            WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Vertical place of a number."""
        low, high = self._y_ticks[0], self._y_ticks[-1]
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (
            HEIGHT - _BOTTOM - _TOP)

    def draw(self, x_label: str, y_label: str) -> str:
        """Grid, numbers and labels."""
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        parts = []
        for value in self._y_ticks:
            y = self.y(value)
            parts.append(
                f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" '
                f'y2="{y:.1f}"/><text x="{_LEFT - 8}" y="{y + 4:.1f}" '
                f'text-anchor="end">{value:.6g}</text>')
        for value in self._x_ticks:
            parts.append(
                f'<text x="{self.x(value):.1f}" y="{bottom + 18}" '
                f'text-anchor="middle">{value:.6g}</text>')
        middle = (_LEFT + right) / 2
        parts.append(
            f'<text class="label" x="{middle}" y="{HEIGHT - 6}" '
            f'text-anchor="middle">{escape(x_label)}</text>'
            f'<text class="label" transform="translate(14 '
            f'{(_TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
            f'{escape(y_label)}</text>')
        return ''.join(parts)


def _ticks(low: float, high: float) -> List[float]:
    """Round numbers that enclose a range, at least two."""
    if high - low < 1e-9 * max(abs(high), abs(low), 1e-9):
        pad = abs(high) * 0.1 or 0.5
        low, high = low - pad, high + pad
    raw = (high - low) / 5
    power = 10. ** np.floor(np.log10(raw))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw * .999)
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return [float(round((first + i) * step, 12))
            for i in range(int(last - first) + 1)]


def _shares(ticks: List[float], label: str) -> List[float]:
    """Without those above 100 where the axis is in per cent."""
    return [t for t in ticks if t <= 100 or not label.endswith('%')]


def _svg(parts: Sequence[str]) -> str:
    return (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
            + ''.join(parts) + '</svg>')
