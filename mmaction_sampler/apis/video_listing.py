"""The videos that a command line names: files, folders and patterns."""
import glob
import os
import warnings
from typing import (Any, Iterable, Iterator, List, Mapping, Optional, Sequence,
                    Set)

import numpy as np
import torch

#: Endings of the files in a folder that are taken for videos.
VIDEO_SUFFIXES = frozenset(
    '.3gp .asf .avi .flv .gif .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf '
    '.ogv .rm .rmvb .ts .vob .webm .wmv .y4m'.split())


def as_paths(inputs: Any) -> List[str]:
    """The paths that somebody gave, one or several.

    Args:
        inputs (Any): A path, as text or ``pathlib.Path``, or several.

    Returns:
        list[str]: The paths.

    Raises:
        ValueError: If there is something else.
    """
    is_several = isinstance(inputs, Iterable) and not isinstance(
        inputs, (str, os.PathLike, Mapping, np.ndarray, torch.Tensor))
    names = list(inputs) if is_several else [inputs]
    for name in names:
        if not isinstance(name, (str, os.PathLike)):
            raise ValueError(
                f'files, folders and patterns are recognised here, but a '
                f'{type(name).__name__} was given; arrays go through '
                f"MMAction2Inferencer(..., input_format='array')")
    return [os.fspath(name) for name in names]


class VideoList:
    """Videos that are listed while they are gone through, each time anew.

    What is named several times is listed several times.

    Args:
        inputs (Sequence[str]): See :func:`iter_videos`.
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        self._inputs = inputs

    def __iter__(self) -> Iterator[str]:
        for name in self._inputs:
            yield from iter_videos([name])


def iter_videos(inputs: Sequence[str],
                leave_out: Optional[str] = None) -> Iterator[str]:
    """List videos one by one, each once.

    Folders are read when they are reached, so that the first video is there
    at once, and in alphabetic order. The paths given so far are kept.

    Args:
        inputs (Sequence[str]): Paths of files, which are given as they are,
            even if they do not exist; folders, whose videos
            (:data:`VIDEO_SUFFIXES`) are given, those of their folders
            included; and patterns such as ``'a/**/*.mp4'``.
        leave_out (str, optional): Folder that is not entered, as the one for
            films of the videos. Defaults to None.

    Yields:
        str: Path of a video.
    """
    seen: Set[str] = set()
    left_out = None if leave_out is None else os.path.realpath(leave_out)
    for name in inputs:
        for path in _expand(name, left_out):
            path = os.path.normpath(path)
            place = os.path.abspath(path)
            if place not in seen:
                seen.add(place)
                yield path


def _expand(name: str, left_out: Optional[str]) -> Iterator[str]:
    """The videos that one argument stands for."""
    if os.path.isdir(name):
        yield from _walk(name, frozenset([left_out]))
    elif os.path.exists(name) or not glob.has_magic(name):
        yield name
    else:
        for path in sorted(glob.iglob(name, recursive=True)):
            # A folder that a pattern meets stands for its videos, too.
            if not _is_below(path, left_out):
                yield from _expand(path, left_out)


def _is_below(path: str, folder: Optional[str]) -> bool:
    """Whether a file is in a folder or one of its folders."""
    return folder is not None and (
        os.path.realpath(path) + os.sep).startswith(folder + os.sep)


def _walk(folder: str, above: frozenset) -> Iterator[str]:
    """Videos of a folder, none of the folders ``above``.

    That keeps it from going round in circles of links. Folders that cannot
    be read, or are gone by now, are warned of.
    """
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        warnings.warn(f'folder {folder} cannot be read ({reason}); its '
                      f'videos are left out')
        return
    for entry in entries:
        if os.path.isdir(entry.path):  # the entry's own fails at some links
            yield from _walk(entry.path, above | {real})
        elif os.path.splitext(entry.name)[1].lower() in VIDEO_SUFFIXES:
            yield entry.path
