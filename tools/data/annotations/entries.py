"""The lines of a list, and what is wrong with them."""
import posixpath
from collections import Counter
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from mmaction_sampler.datasets.video_line import split_line

from .lists import AnnotationError, numbered_lines

#: Every kind of problem, in the order of the summary.
PROBLEMS = ('malformed', 'label', 'duplicate', 'missing', 'broken',
            'crashed', 'timeout')


class Entry(NamedTuple):
    """A line that is formed as it should be.

    Attributes:
        line (int): Its number, from 1.
        text (str): The line.
        filename (str): Name of the video in it.
        labels (tuple[int, ...]): Class numbers.
    """
    line: int
    text: str
    filename: str
    labels: Tuple[int, ...]


class Dropped(NamedTuple):
    """A line that is left out, and why.

    Attributes:
        line (int): Its number, from 1.
        filename (str): Name of the video in it.
        problem (str): One of ``PROBLEMS``.
        reason (str): A sentence.
    """
    line: int
    filename: str
    problem: str
    reason: str


def read_entries(path: Path, delimiter: str, num_classes: Optional[int],
                 single_label: bool = False
                 ) -> Tuple[List[Entry], List[Dropped]]:
    """Read a list as ``UntrimmedVideoDataset`` does, but past wrong lines.

    Args:
        path (Path): The list.
        delimiter (str): Between name and labels.
        num_classes (int, optional): Labels have to be below it.
        single_label (bool): Videos have one label alone. Defaults to False.

    Returns:
        tuple[list[Entry], list[Dropped]]: Right lines and wrong ones.

    Raises:
        FileNotFoundError: If there is no such file.
        AnnotationError: If it has no line.
    """
    entries: List[Entry] = []
    dropped: List[Dropped] = []
    first: Dict[str, Entry] = {}
    for number, text in numbered_lines(path):
        try:
            filename, labels = split_line(text, delimiter)
        except ValueError as error:
            dropped.append(Dropped(
                number, text.split(delimiter)[0], 'malformed', str(error)))
            continue
        entry = Entry(number, text, filename, labels)
        wrong = _outside(labels, num_classes)
        if single_label and len(labels) > 1:
            wrong = f'has {len(labels)} labels, and --single-label is set'
        if wrong:
            dropped.append(Dropped(number, filename, 'label', wrong))
            continue
        # Only a right line makes the ones behind it duplicates.
        earlier = first.setdefault(posixpath.normpath(filename), entry)
        if earlier is not entry:
            same = set(earlier.labels) == set(labels)
            dropped.append(Dropped(
                number, filename, 'duplicate',
                f'line {earlier.line} has this video already, with '
                f'{"the same" if same else "other"} labels'))
        else:
            entries.append(entry)
    if not entries and not dropped:
        raise AnnotationError(f'{path} names no video')
    return entries, dropped


def _outside(labels: Sequence[int], num_classes: Optional[int]) -> str:
    """A sentence about the first label that is out of range."""
    for label in labels:
        if num_classes is not None and not 0 <= label < num_classes:
            return f'label {label} is outside [0, {num_classes})'
        if label < 0:
            return f'label {label} is negative'
    return ''


def count_problems(dropped: Sequence[Dropped]) -> Dict[str, int]:
    """How often each problem occurs; those that do not are left out."""
    counts = Counter(entry.problem for entry in dropped)
    return {name: counts[name] for name in PROBLEMS if counts[name]}
