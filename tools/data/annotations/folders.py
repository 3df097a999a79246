"""One's own videos, in one folder a class."""
import random
from pathlib import Path
from typing import Dict, List

from .folder_walk import files_below
from .lists import VIDEO_SUFFIXES, AnnotationError, Annotations, Video


def read_folders(root: Path, val_share: float, seed: int) -> Annotations:
    """Make lists of ``ROOT/CLASS/.../video.mp4``.

    Files and folders whose names begin with a dot are passed over; links are
    followed.

    Args:
        root (Path): Folder with one folder a class.
        val_share (float): Share of each class' videos that goes into the
            validation list, in [0, 1); rounded, at least one video.
        seed (int): Seed of the draw.

    Returns:
        Annotations: Splits ``train`` and ``val``; classes in the order of
        their names.

    Raises:
        FileNotFoundError: If there is no such folder.
        AnnotationError: If the share is not in that range, a class has too
            few videos, or is a link to nothing.
    """
    if not root.is_dir():
        raise FileNotFoundError(f'{root} is no folder')
    if not 0 <= val_share < 1:
        raise AnnotationError(
            f'--val-share must be in [0, 1), but is {val_share}')
    entries = [path for path in root.iterdir() if not _is_hidden(path)]
    for path in entries:
        if not path.exists():
            raise AnnotationError(
                f'{path} is a link to what is not there; mend or remove it')
    classes = sorted(path.name for path in entries if path.is_dir())
    if not classes:
        raise AnnotationError(f'{root} has no folders, one a class')
    splits: Dict[str, List[Video]] = dict(train=[], val=[])
    generator = random.Random(seed)
    for label, name in enumerate(classes):
        files = sorted(
            path.relative_to(root).as_posix()
            for path in files_below(root / name)
            if path.suffix.lower() in VIDEO_SUFFIXES
            and not any(map(_is_hidden, path.relative_to(root).parents))
            and not _is_hidden(path))
        count = max(round(val_share * len(files)), 1) if val_share else 0
        if len(files) <= count:
            raise AnnotationError(
                f'{root / name} has {len(files)} video(s), too few for '
                f'training and validation; add some or remove the folder')
        chosen = set(generator.sample(files, count))
        for file in files:
            splits['val' if file in chosen else 'train'].append(
                Video(file, (label, )))
    if not val_share:
        del splits['val']
    return Annotations(splits, classes)


def _is_hidden(path: Path) -> bool:
    """Such as ``.ipynb_checkpoints`` and macOS' ``._video.mp4``."""
    return path.name.startswith('.')
