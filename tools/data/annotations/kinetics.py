"""Kinetics from its CSV files, and Mini-Kinetics by a list of 200 classes."""
import csv
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple

from .lists import AnnotationError, Annotations, Video, file_name

COLUMNS = ('label', 'youtube_id', 'time_start', 'time_end', 'split')
#: What releases of Kinetics write in the column ``split``.
SPLIT_NAMES = {
    'train': 'train',
    'val': 'val',
    'validate': 'val',
    'validation': 'val',
    'test': 'test',
}


def read_kinetics(train: Path,
                  val: Path,
                  classes: Optional[List[str]] = None,
                  name: str = '{id}_{start:06d}_{end:06d}.mp4') -> Annotations:
    """Read videos from the CSV files of Kinetics.

    Args:
        train (Path): CSV with the columns of ``COLUMNS`` and a header.
        val (Path): The same for validation; may be the same file.
        classes (list[str], optional): The classes to take, in the order of
            their numbers; ``_`` stands for a blank, case does not matter.
            Defaults to None, all classes of ``train`` by name.
        name (str): Name of a video's file, from ``{id}``, ``{start}`` and
            ``{end}`` (whole seconds) and ``{label}`` (class with ``_`` for
            blanks). Defaults to ``'{id}_{start:06d}_{end:06d}.mp4'``.

    Returns:
        Annotations: Splits ``train`` and ``val``.

    Raises:
        FileNotFoundError: If a file is missing.
        AnnotationError: If a file is not of this form, or a class has no
            video in a split.
    """
    if classes is None:
        classes = sorted({
            row['label'].strip() for line, row in _rows(train)
            if _split_of(train, line, row) == 'train'})
    numbers = {_plain(label): number for number, label in enumerate(classes)}
    if len(numbers) < len(classes):
        raise AnnotationError('the list of classes names a class twice')
    splits: Dict[str, List[Video]] = {}
    notes = []
    for split, path in (('train', train), ('val', val)):
        videos: List[Video] = []
        met: Set[int] = set()
        others = 0
        for line, row in _rows(path):
            if _split_of(path, line, row) != split:
                continue
            label = _plain(row['label'])
            if label not in numbers:
                others += 1
                continue
            met.add(numbers[label])
            start, end = _seconds(path, line, row)
            videos.append(
                Video(
                    file_name(
                        name, id=row['youtube_id'], start=start, end=end,
                        label=row['label'].strip().replace(' ', '_')),
                    (numbers[label], )))
        unmet = sorted(set(range(len(classes))) - met)
        if unmet:
            raise AnnotationError(
                f'{path} has no {split} video of the class '
                f'{classes[unmet[0]]!r}, and of {len(unmet) - 1} others of '
                f'the list of classes; are they spelt as in {path}?')
        splits[split] = videos
        notes.append(f'{split}: {others} videos of other classes were left '
                     f'out')
    return Annotations(splits, classes, notes)


def _plain(label: str) -> str:
    """A class name as it is compared."""
    return label.strip().strip('"').replace('_', ' ').lower()


def _rows(path: Path) -> Iterator[Tuple[int, Dict[str, str]]]:
    """Number of the line, and the cells by column."""
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist')
    with path.open(encoding='utf-8-sig', newline='') as file:
        reader = csv.DictReader(file)
        missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
        if missing:
            raise AnnotationError(
                f'{path}, line 1: the column {missing[0]!r} is missing; the '
                f'header of Kinetics is {",".join(COLUMNS)}')
        for row in reader:
            # Labels of test videos may be empty.
            split = _split_of(path, reader.line_num, row)
            if split != 'test' and not all(row[c] for c in COLUMNS):
                raise AnnotationError(
                    f'{path}, line {reader.line_num}: needs a value in each '
                    f'of the columns {",".join(COLUMNS)}')
            yield reader.line_num, row


def _split_of(path: Path, line: int, row: Dict[str, str]) -> str:
    """The split of a row, under the name that we use."""
    if row['split'] not in SPLIT_NAMES:
        raise AnnotationError(
            f'{path}, line {line}: unknown split {row["split"]!r}; known '
            f'are {", ".join(SPLIT_NAMES)}')
    return SPLIT_NAMES[row['split']]


def _seconds(path: Path, line: int, row: Dict[str, str]) -> Tuple[int, int]:
    """Start and end, whole seconds."""
    try:
        start, end = (int(float(row[key])) for key in COLUMNS[2:4])
    except ValueError as error:
        raise AnnotationError(
            f'{path}, line {line}: time_start and time_end must be seconds, '
            f'but are {row["time_start"]!r} and {row["time_end"]!r}'
        ) from error
    return start, end
