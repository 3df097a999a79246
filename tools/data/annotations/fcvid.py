"""FCVID: a file of names and splits, and a matrix of labels."""
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Dict, List, Tuple

from .lists import AnnotationError, Annotations, Video, numbered_lines

NUM_CLASSES = 239
#: Split in the file -> split; the paper validates on the test videos.
SPLIT_NAMES = {'train': 'train', 'test': 'val'}
_VALUES = {'0': False, '1': True, '0.0': False, '1.0': True}


def read_fcvid(split_file: Path,
               label_file: Path,
               num_classes: int = NUM_CLASSES) -> Annotations:
    """Read both files of the release, line by line.

    Args:
        split_file (Path): ``FCVID_VideoName_TrainTestSplit.txt``, lines
            ``name split``, split ``train`` or ``test``.
        label_file (Path): ``FCVID_Label.txt``, in the same line the video's
            row: one 0 or 1 for each class.
        num_classes (int): Columns of the matrix. Defaults to 239.

    Returns:
        Annotations: Splits ``train`` and ``val``, without class names,
        which these files do not tell.

    Raises:
        FileNotFoundError: If a file is missing.
        AnnotationError: If a file is not of this form.
    """
    splits: Dict[str, List[Video]] = {'train': [], 'val': []}
    without = 0
    for named, row in zip_longest(
            numbered_lines(split_file), numbered_lines(label_file)):
        if named is None or row is None:
            shorter = split_file if named is None else label_file
            raise AnnotationError(
                f'{shorter} has fewer lines than the other file; each video '
                f'needs a line in {split_file} and in {label_file}')
        if named[0] != row[0]:
            raise AnnotationError(
                f'line {min(named[0], row[0])} is empty in {split_file} or '
                f'in {label_file}, but not in both')
        filename, split = _parse_name(split_file, *named)
        labels = _parse_row(label_file, *row, num_classes=num_classes)
        if labels:
            splits[split].append(Video(filename, labels))
        else:
            without += 1
    notes = [f'{without} videos without a label were left out']
    return Annotations(splits, [], notes if without else [])


def _parse_name(path: Path, number: int, line: str) -> Tuple[str, str]:
    """Name and split."""
    cells = line.split('\t') if '\t' in line else line.split()
    if len(cells) != 2:
        raise AnnotationError(
            f'{path}, line {number}: needs "name split", but is {line!r}')
    name, split = (cell.strip() for cell in cells)
    if split not in SPLIT_NAMES:
        raise AnnotationError(
            f'{path}, line {number}: unknown split {split!r}; known are '
            f'{", ".join(SPLIT_NAMES)}')
    relative = PurePosixPath(name.replace('\\', '/').lstrip('/'))
    return str(relative), SPLIT_NAMES[split]


def _parse_row(path: Path, number: int, line: str, *,
               num_classes: int) -> Tuple[int, ...]:
    """Classes whose column is 1."""
    cells = line.split()
    if len(cells) != num_classes:
        raise AnnotationError(
            f'{path}, line {number}: needs {num_classes} columns, one a '
            f'class, but has {len(cells)}')
    unknown = [cell for cell in cells if cell not in _VALUES]
    if unknown:
        raise AnnotationError(
            f'{path}, line {number}: labels must be 0 or 1, but one is '
            f'{unknown[0]!r}')
    return tuple(i for i, cell in enumerate(cells) if _VALUES[cell])
