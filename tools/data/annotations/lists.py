"""Lists of videos, as MMAction2's ``VideoDataset`` reads them."""
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from mmaction_sampler.datasets.video_line import split_line
from mmaction_sampler.whole_file import whole_file

from .folder_walk import files_below

VIDEO_SUFFIXES = ('.mp4', '.mkv', '.webm', '.avi', '.mov', '.flv', '.mpg',
                  '.mpeg', '.wmv', '.3gp')


class AnnotationError(ValueError):
    """Input that cannot be converted; the message names the place."""


class Video(NamedTuple):
    """One line of a list.

    Attributes:
        filename (str): Path below the folder of the videos, with ``/``.
        labels (tuple[int, ...]): Ascending class numbers, from 0; at least
            one.
    """
    filename: str
    labels: Tuple[int, ...]


@dataclass
class Annotations:
    """A data set: its lists, and what was found on the way.

    Attributes:
        splits (dict[str, list[Video]]): ``train`` and ``val``, in the order
            of the source.
        classes (list[str]): Names of the classes, in the order of their
            numbers; empty if the source does not tell.
        notes (list[str]): What was left out, a sentence each.
    """
    splits: Dict[str, List[Video]]
    classes: List[str]
    notes: List[str] = field(default_factory=list)


def numbered_lines(path: Path) -> Iterator[Tuple[int, str]]:
    """Lines of a UTF-8 text file that are not empty, with their numbers.

    Args:
        path (Path): The file.

    Yields:
        tuple[int, str]: Number of the line, from 1, and its text without
        white space around it.

    Raises:
        FileNotFoundError: If there is no such file.
        AnnotationError: If it is no UTF-8 text.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist')
    try:
        with path.open(encoding='utf-8-sig') as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.strip()
    except UnicodeDecodeError as error:
        raise AnnotationError(f'{path} is no UTF-8 text') from error


def read_classes(path: Path) -> List[str]:
    """Class names, one a line; the first has the number 0.

    Raises:
        FileNotFoundError: If there is no such file.
        AnnotationError: If it is empty or names a class twice.
    """
    names: Dict[str, int] = {}
    for number, name in numbered_lines(path):
        if name in names:
            raise AnnotationError(
                f'{path}, line {number}: class {name!r} is in line '
                f'{names[name]} already')
        names[name] = number
    if not names:
        raise AnnotationError(f'{path} names no class')
    return list(names)


def file_name(template: str, **fields: object) -> str:
    """A video's path below the folder of the videos.

    Args:
        template (str): Such as ``'v_{id}.mp4'``; braces as in
            ``str.format``.
        fields (object): What the template may name.

    Raises:
        AnnotationError: If the template names something else.
    """
    try:
        return template.format(**fields)
    except (LookupError, ValueError, AttributeError) as error:
        known = ', '.join(f'{{{name}}}' for name in fields)
        raise AnnotationError(
            f'--name {template!r} cannot be filled in; it may contain '
            f'{known}') from error


def check_names(annotations: Annotations) -> None:
    """Refuse names that a list cannot hold, and empty splits.

    Raises:
        AnnotationError: If a split is empty, a name cannot be told from
            the labels behind it or stands twice in a split.
    """
    for split, videos in annotations.splits.items():
        if not videos:
            raise AnnotationError(f'no video is left for the {split} list')
        seen = set()
        for video in videos:
            if not _is_read_back(video):
                raise AnnotationError(
                    f'the name {video.filename!r} cannot be told from the '
                    f'labels behind it in a list; rename the file, or give '
                    f'another --name where there is that option')
            if video.filename in seen:
                raise AnnotationError(
                    f'{video.filename} is twice in the {split} list')
            seen.add(video.filename)


def _is_read_back(video: Video) -> bool:
    """Whether a list's line gives what was written."""
    lines = list_text([video]).splitlines()
    try:
        return len(lines) == 1 and split_line(lines[0]) == video
    except ValueError:
        return False


def keep_existing(annotations: Annotations,
                  folders: Sequence[Path]) -> Annotations:
    """Leave out videos that are not there, whatever their suffix.

    A name gets the suffix of the file that was found: ``a.mkv`` instead of
    ``a.mp4``.

    Args:
        annotations (Annotations): The whole data set.
        folders (Sequence[Path]): Folder of the videos, one for all splits,
            or one for those of training and one for the others.

    Returns:
        Annotations: What is there.

    Raises:
        FileNotFoundError: If a folder is missing.
    """
    splits = {}
    notes = list(annotations.notes)
    for split, videos in annotations.splits.items():
        # Some data sets have several splits of each kind.
        folder = folders[0 if split.startswith('train') else -1]
        files = video_files(folder)
        kept = []
        for video in videos:
            stem = str(PurePosixPath(video.filename).with_suffix(''))
            found = files.get(video.filename) or files.get(stem)
            if found:
                kept.append(video._replace(filename=found))
        splits[split] = kept
        notes.append(f'{split}: {len(videos) - len(kept)} of {len(videos)} '
                     f'videos are not in {folder}')
    return Annotations(splits, annotations.classes, notes)


def video_files(folder: Path) -> Dict[str, str]:
    """Video files below a folder.

    Args:
        folder (Path): Searched with its subfolders.

    Returns:
        dict[str, str]: Path below the folder, with and without its suffix
        -> that path. Of files that differ in their suffix alone, the first
        of ``VIDEO_SUFFIXES`` has the name without suffix.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f'the folder {folder} does not exist')
    found: Dict[str, str] = {}
    # A file called ".mp4" has no suffix.
    paths = [path.relative_to(folder).as_posix()
             for path in files_below(folder)
             if path.suffix.lower() in VIDEO_SUFFIXES]

    def rank(path: str) -> int:
        return VIDEO_SUFFIXES.index(PurePosixPath(path).suffix.lower())

    for path in sorted(paths, key=rank):
        found[path] = path
        found.setdefault(str(PurePosixPath(path).with_suffix('')), path)
    return found


def write_atomically(path: Path, text: str) -> None:
    """Write a file such that it is never there in part."""
    with whole_file(path) as part:
        part.write_text(text, encoding='utf-8')


def list_text(videos: Sequence[Video]) -> str:
    """The list, lines ``name label [label ...]``."""
    return ''.join(f'{" ".join([v.filename, *map(str, v.labels)])}\n'
                   for v in videos)
