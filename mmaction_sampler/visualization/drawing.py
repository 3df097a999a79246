"""Colours, and text of any language, on pictures that are arrays."""
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import List, Tuple

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = Tuple[int, int, int]

BACKGROUND: Color = (24, 24, 28)
PANEL: Color = (34, 34, 40)
TEXT: Color = (236, 236, 236)
FAINT: Color = (150, 150, 156)
TRACK: Color = (62, 62, 70)
MARK: Color = (255, 176, 0)
BOX: Color = (0, 230, 118)
SECOND: Color = (96, 165, 250)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Matplotlib, which MMEngine needs anyway."""
    path = Path(matplotlib.get_data_path(), 'fonts', 'ttf', 'DejaVuSans.ttf')
    return ImageFont.truetype(str(path), size)


def _one_line(text: str) -> str:
    """A blank for each end of a line, which a file's name may have in it."""
    return ' '.join(text.splitlines())


def text_width(text: str, size: int) -> int:
    """Width of a line, pixels.

    Args:
        text (str): The line.
        size (int): Height of the font, pixels.
    """
    return int(np.ceil(_font(size).getlength(_one_line(text))))


def write_text(image: np.ndarray, text: str, corner: Tuple[int, int],
               size: int, color: Color) -> None:
    """Write a line into a picture; what does not fit is cut off.

    Args:
        image (np.ndarray): RGB uint8 ``(H, W, 3)``, changed; may be a view.
        text (str): The line.
        corner (tuple[int, int]): Left end of its base line, (x, y).
        size (int): Height of the font, pixels.
        color (tuple[int, int, int]): RGB.
    """
    x, y = corner
    top, bottom = max(y - size - 2, 0), min(y + size // 2 + 2, len(image))
    if top >= bottom or x >= image.shape[1]:
        return
    # The strip alone goes through PIL: sheets are large.
    strip = Image.fromarray(np.ascontiguousarray(image[top:bottom]))
    ImageDraw.Draw(strip).text(
        (x, y - top), _one_line(text), font=_font(size), fill=color,
        anchor='ls')
    image[top:bottom] = np.asarray(strip)


def wrap_text(text: str, width: int, size: int) -> List[str]:
    """Break a text into lines.

    Args:
        text (str): The text.
        width (int): Most pixels of a line.
        size (int): Height of the font, pixels.

    Returns:
        list[str]: The lines; none of an empty text.
    """
    if not text:
        return []
    columns = max(1, width * len(text) // max(text_width(text, size), 1))
    lines = textwrap.wrap(text, columns)
    # Wide letters may crowd in one line.
    while columns > 1 and any(text_width(x, size) > width for x in lines):
        columns -= 1
        lines = textwrap.wrap(text, columns)
    return lines


def shorten(text: str, width: int, size: int) -> str:
    """Cut a line that is too wide, in its middle.

    Args:
        text (str): The line.
        width (int): Most pixels.
        size (int): Height of the font, pixels.
    """
    if text_width(text, size) <= width:
        return text
    kept = len(text)
    while kept > 2:
        kept -= 1
        short = text[:-(-kept // 2)] + '\u2026' + text[len(text) - kept // 2:]
        if text_width(short, size) <= width:
            return short
    return text[:1]
