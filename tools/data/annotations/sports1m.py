"""Sports-1M and the drawing of Mini-Sports1M."""
import json
import re
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Set, Tuple

import numpy as np

from .lists import (AnnotationError, Annotations, Video, file_name,
                    numbered_lines)

_YOUTUBE = re.compile(r'(?:[?&]v=|youtu\.be/|/embed/)([\w-]+)')


def read_sports1m(train: Path,
                  test: Path,
                  classes: List[str],
                  name: str = '{id}.mp4') -> Annotations:
    """Read both partitions of Sports-1M.

    Args:
        train (Path): ``train_partition.txt``, lines ``URL LABEL,LABEL``, or
            the JSON form, a list of dicts with ``id`` and ``label487``.
        test (Path): The same for ``val``.
        classes (list[str]): ``labels.txt`` of the release.
        name (str): Name of a video's file, from ``{id}``. Defaults to
            ``'{id}.mp4'``.

    Returns:
        Annotations: Splits ``train`` and ``val``. A video that is several
        times in a partition has the labels of all its lines.

    Raises:
        FileNotFoundError: If a file is missing.
        AnnotationError: If a file is not of this form.
    """
    splits = {}
    for split, path in (('train', train), ('val', test)):
        labels: Dict[str, Set[int]] = {}
        records = _from_json if path.suffix == '.json' else _from_text
        for place, identity, numbers in records(path):
            for number in numbers:
                if not 0 <= number < len(classes):
                    raise AnnotationError(
                        f'{place}: label {number} is outside [0, '
                        f'{len(classes)}), the number of class names')
            if not numbers:
                raise AnnotationError(f'{place}: the video has no label')
            labels.setdefault(identity, set()).update(numbers)
        splits[split] = [
            Video(file_name(name, id=identity), tuple(sorted(numbers)))
            for identity, numbers in labels.items()]
    return Annotations(splits, classes)


def _from_text(path: Path) -> Iterator[Tuple[str, str, List[int]]]:
    """Place in the file, YouTube's number of the video, labels."""
    for number, line in numbered_lines(path):
        place = f'{path}, line {number}'
        url, *cells = line.split()
        found = _YOUTUBE.search(url)
        try:
            labels = [int(cell) for cell in ','.join(cells).split(',') if cell]
        except ValueError as error:
            raise AnnotationError(
                f'{place}: labels must be whole numbers, but the line is '
                f'{line!r}') from error
        if not found:
            raise AnnotationError(
                f'{place}: needs "URL LABEL,LABEL" with a URL of YouTube, '
                f'but is {line!r}')
        yield place, found[1], labels


def _from_json(path: Path) -> Iterator[Tuple[str, str, List[int]]]:
    """The same from the JSON form."""
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist')
    try:
        content = json.loads(path.read_text(encoding='utf-8-sig'))
    except ValueError as error:
        raise AnnotationError(f'{path} is no JSON: {error}') from error
    if not isinstance(content, list):
        raise AnnotationError(f'{path} must hold a list of videos')
    for number, record in enumerate(content, 1):
        place = f'{path}, video {number}'
        if not isinstance(record, dict) or not isinstance(
                record.get('id'), str):
            raise AnnotationError(f'{place}: has no "id"')
        labels = record.get('label487')
        if not isinstance(labels, list) or not all(
                isinstance(label, int) for label in labels):
            raise AnnotationError(
                f'{place}: "label487" must be a list of whole numbers')
        yield place, record['id'], labels


def draw_mini(annotations: Annotations, per_class: Sequence[int],
              seed: int) -> Annotations:
    """Draw a number of videos of every class, such as Mini-Sports1M's 30
    for training and 10 for validation.

    A video is drawn for one class and keeps all its labels, so that classes
    may have more videos than were drawn for them. What was drawn for
    training is never drawn for validation. The same files and seed give the
    same draw, whatever the order of their lines.

    Args:
        annotations (Annotations): Splits ``train`` and ``val``.
        per_class (Sequence[int]): Videos a class for each of them.
        seed (int): At least 0.

    Returns:
        Annotations: The drawn videos by name, with a note about classes
        that have too few.
    """
    splits: Dict[str, List[Video]] = {}
    notes = list(annotations.notes)
    drawn: Set[str] = set()
    for index, (split, number) in enumerate(zip(('train', 'val'), per_class)):
        free = sorted(video for video in annotations.splits[split]
                      if video.filename not in drawn)
        picked, short = _draw(free, len(annotations.classes), number,
                              [seed, index])
        splits[split] = [free[i] for i in sorted(picked)]
        drawn.update(video.filename for video in splits[split])
        if short:
            notes.append(f'{split}: {short} classes have fewer than {number} '
                         f'videos')
    return Annotations(splits, annotations.classes, notes)


def _draw(videos: List[Video], num_classes: int, number: int,
          seed: List[int]) -> Tuple[Set[int], int]:
    """Positions of the drawn videos, and how many classes have too few."""
    pools: List[List[int]] = [[] for _ in range(num_classes)]
    for i, video in enumerate(videos):
        for label in video.labels:
            pools[label].append(i)
    picked: Set[int] = set()
    short = 0
    # Classes with few videos choose first.
    for label in sorted(range(num_classes), key=lambda c: (len(pools[c]), c)):
        order = np.random.default_rng([*seed, label]).permutation(
            len(pools[label]))
        free = [i for i in (pools[label][j] for j in order)
                if i not in picked]
        picked.update(free[:number])
        short += len(free) < number
    return picked, short
