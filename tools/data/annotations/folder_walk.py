"""All files below a folder, links included."""
import os
from pathlib import Path
from typing import Iterator, Optional, Tuple


def files_below(folder: Path,
                left_out: Optional[Path] = None) -> Iterator[Path]:
    """Walk through a folder and its subfolders.

    Links to folders are followed, as data sets are often put together from
    several disks; one that leads back to a folder around it is not. Folders
    that may not be read are passed over.

    Args:
        folder (Path): Where to begin.
        left_out (Path, optional): A folder that is not entered. Defaults to
            None.

    Yields:
        Path: Files, as ``folder/...``.
    """
    stop = () if left_out is None else (left_out.resolve(), )
    yield from _walk(folder, stop)


def _walk(folder: Path, closed: Tuple[Path, ...]) -> Iterator[Path]:
    real = folder.resolve()
    if real in closed:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError:
        return
    for entry in entries:
        if os.path.isdir(entry.path):  # the entry's own fails at some links
            yield from _walk(Path(entry.path), (*closed, real))
        elif os.path.isfile(entry.path):
            yield Path(entry.path)
