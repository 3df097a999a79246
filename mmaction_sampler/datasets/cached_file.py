"""Files that every process reads once, unless they change."""
import os
from functools import lru_cache
from pathlib import Path
from typing import Callable, TypeVar

File = TypeVar('File')


def read_cached(kind: Callable[[str], File], path: str) -> File:
    """Read a file, once a process unless it changes.

    Args:
        kind (Callable): Reads it, such as :class:`SelectionFile`; what it
            raises is raised, a file that does not exist included.
        path (str): The file.

    Returns:
        File: What ``kind`` made of it; shared, not to be changed.
    """
    if not Path(path).is_file():
        return kind(path)  # raises
    status = os.stat(path)
    return _read(kind, path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _read(kind: Callable[[str], File], path: str, size: int,
          mtime_ns: int) -> File:
    """Read the file; size and time only tell versions apart."""
    return kind(path)
