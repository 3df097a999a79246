"""UCF-101 and HMDB-51: three splits into training and testing."""
from pathlib import Path
from typing import Dict, List, Tuple

from .lists import AnnotationError, Annotations, Video, numbered_lines

NUM_SPLITS = 3
#: Marks of HMDB-51's files; 0 is in neither list.
HMDB51_SPLITS = {'1': 'train', '2': 'val', '0': ''}


def read_ucf101(folder: Path) -> Annotations:
    """Read the folder ``ucfTrainTestlist``.

    Args:
        folder (Path): With ``classInd.txt`` (``1 ApplyEyeMakeup``),
            ``trainlist01.txt`` and ``testlist01.txt`` to ``03``
            (``ApplyEyeMakeup/v_x.avi``, in the first with a number behind).

    Returns:
        Annotations: Splits ``train_split_1``, ``val_split_1`` and so on.

    Raises:
        FileNotFoundError: If a file is missing.
        AnnotationError: If a line has another form.
    """
    numbers = _ucf101_classes(folder / 'classInd.txt')
    splits: Dict[str, List[Video]] = {}
    for split in range(1, NUM_SPLITS + 1):
        for ours, theirs in (('train', 'train'), ('val', 'test')):
            path = folder / f'{theirs}list{split:02d}.txt'
            videos = splits[f'{ours}_split_{split}'] = []
            for line, text in numbered_lines(path):
                name = text.split()[0]
                label = name.split('/')[0]
                if label not in numbers or '/' not in name:
                    raise AnnotationError(
                        f'{path}, line {line}: needs "class/video.avi" with '
                        f'a class of classInd.txt, but is {text!r}')
                videos.append(Video(name, (numbers[label], )))
    return Annotations(splits, list(numbers))


def _ucf101_classes(path: Path) -> Dict[str, int]:
    """Class name -> number from 0."""
    numbers: Dict[str, int] = {}
    for line, text in numbered_lines(path):
        cells = text.split()
        if len(cells) != 2 or cells[0] != str(len(numbers) + 1) or (
                cells[1] in numbers):
            raise AnnotationError(
                f'{path}, line {line}: needs "{len(numbers) + 1} NAME" with '
                f'a new name, but is {text!r}')
        numbers[cells[1]] = len(numbers)
    return numbers


def read_hmdb51(folder: Path) -> Annotations:
    """Read the folder of ``CLASS_test_split1.txt`` and so on.

    Classes are numbered in the order of their names.

    Args:
        folder (Path): Three files a class, with lines ``video.avi 1``; 1 is
            for training, 2 for testing, 0 for neither.

    Returns:
        Annotations: Splits ``train_split_1``, ``val_split_1`` and so on.

    Raises:
        FileNotFoundError: If a file is missing.
        AnnotationError: If a line has another form.
    """
    ending = '_test_split1.txt'
    classes = sorted(path.name[:-len(ending)]
                     for path in folder.glob(f'*{ending}'))
    if not classes:
        raise FileNotFoundError(
            f'{folder} has no file CLASS{ending}; give the folder of the '
            f'three splits')
    splits: Dict[str, List[Video]] = {}
    for split in range(1, NUM_SPLITS + 1):
        lists = {ours: splits.setdefault(f'{ours}_split_{split}', [])
                 for ours in ('train', 'val')}
        for number, label in enumerate(classes):
            path = folder / f'{label}_test_split{split}.txt'
            for line, text in numbered_lines(path):
                name, ours = _hmdb51_line(path, line, text)
                if ours:
                    lists[ours].append(Video(f'{label}/{name}', (number, )))
    return Annotations(splits, classes)


def _hmdb51_line(path: Path, line: int, text: str) -> Tuple[str, str]:
    """Name of a video, and its split, empty for none."""
    cells = text.split()
    if len(cells) != 2 or cells[1] not in HMDB51_SPLITS:
        raise AnnotationError(
            f'{path}, line {line}: needs "video.avi N" with N one of '
            f'{", ".join(HMDB51_SPLITS)}, but is {text!r}')
    return cells[0], HMDB51_SPLITS[cells[1]]
