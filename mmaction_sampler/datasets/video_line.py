"""Lines of an annotation file."""
import re
from pathlib import PurePath
from typing import List, NamedTuple, Tuple

_WHOLE_NUMBER = re.compile('-?[0-9]+')


class VideoLine(NamedTuple):
    """A video and its classes.

    Attributes:
        filename (str): As the line has it, without white space around it.
        labels (tuple[int, ...]): At least one, in the order of the line.
    """
    filename: str
    labels: Tuple[int, ...]


def split_line(line: str, delimiter: str = ' ') -> VideoLine:
    """Take a line ``video label [label ...]`` apart.

    The labels are the whole numbers at its end, so that the delimiter may
    stand in the path, too, as blanks do in the names of many people's files.

    Args:
        line (str): The line.
        delimiter (str): Between path and labels. Defaults to a blank.

    Returns:
        VideoLine: The parts.

    Raises:
        ValueError: If there is no path or no whole number, or something else
            stands between them; the message says so of the line, and not
            which file it is of.
    """
    cells = [cell.strip() for cell in line.strip().split(delimiter)]
    labels: List[int] = []
    while len(cells) > 1 and _WHOLE_NUMBER.fullmatch(cells[-1]):
        labels.insert(0, int(cells.pop()))
    name = delimiter.join(cells)
    if not labels and len(cells) == 1 or not name:
        raise ValueError(
            f'needs "video{delimiter}label" (another delimiter than '
            f'{delimiter!r} has to be named), but the line is {line!r}')
    # No file's name ends so: what follows was meant to be a label.
    is_name = cells[-1] and delimiter not in PurePath(name).suffix
    if not labels or not is_name:
        raise ValueError(
            f'labels must be whole numbers, but the line is {line!r}')
    if name.endswith((',', ';')):
        raise ValueError(
            f'{name[-1]!r} stands between video and label where '
            f'{delimiter!r} should: the line is {line!r}; name that '
            f'delimiter, or write the list anew')
    return VideoLine(name, tuple(labels))
