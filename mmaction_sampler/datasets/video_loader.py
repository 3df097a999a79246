"""Loading of one video, which may be broken."""
import re
from typing import Callable, Mapping, Optional, Sequence

import torch

from .clip_scores_file import ClipScoresError
from .killable import ChildDied, KillableWorker, can_fork
from .selection_file import SelectionFileError
from .shared_reasons import SharedReasons
from .video import VideoError, refuse_incomplete

#: Seconds that loading a video may take, if nobody says otherwise.
LOAD_TIMEOUT = 120.

#: Errors of programs and configs, never of a video file.
_PROGRAM_ERRORS = (KeyError, TypeError, AttributeError, NameError,
                   ImportError, MemoryError, SelectionFileError,
                   ClipScoresError)

# How decord begins a message: "[12:30:59] /path/of/its/source.cc:292: ".
_SOURCE_LINE = re.compile(r'(\[[\d:]+\] )?/\S+:\d+: ')
_MEND = 'encode it again or remove it'


class BrokenVideoError(Exception):
    """A video could not be opened or decoded; the message says why."""


class VideoLoader:
    """Runs a pipeline on videos, in a process that is killed if it hangs.

    A video that took too long, or crashed the process, is not tried again,
    as each attempt would cost the whole time: neither by this object nor by
    its copies in processes forked from this one, such as a data loader's
    workers in any epoch (:class:`SharedReasons`).

    Args:
        transforms (Sequence[Callable]): The pipeline's transforms.
        load_timeout (float, optional): Seconds of wall-clock time for a
            video. None loads in this process, without a limit; so does a
            system that cannot fork.
        given_up (dict[str, str]): Reasons by names of videos that are not
            tried at all. Defaults to none.
    """

    def __init__(self,
                 transforms: Sequence[Callable],
                 load_timeout: Optional[float] = LOAD_TIMEOUT,
                 given_up: Mapping[str, str] = {}) -> None:
        self._transforms = transforms
        self._given_up = SharedReasons(given_up)
        self._worker = None if load_timeout is None or not can_fork() else (
            KillableWorker(self._load, load_timeout))

    def __call__(self, results: dict) -> dict:
        """Load a video.

        Args:
            results (dict): What the pipeline starts from: ``filename`` and
                so on.

        Returns:
            dict: ``inputs`` and ``data_samples``.

        Raises:
            BrokenVideoError: If it cannot be opened or decoded, or took too
                long.
        """
        filename = results['filename']
        reason = self._given_up.get(filename)
        if reason is not None:
            raise BrokenVideoError(reason)
        if self._worker is None:
            return self._load(results)
        try:
            return self._worker(results, seed=int(torch.randint(2**32, ())))
        except ChildDied as error:
            reason = f'{error}; {_MEND}'
            self._given_up.add(filename, reason)
            raise BrokenVideoError(reason) from error

    def _load(self, results: dict) -> dict:
        return load_video(self._transforms, results)


def load_video(transforms: Sequence[Callable], results: dict) -> dict:
    """Run a pipeline on one video, telling bad files from bad programs.

    Args:
        transforms (Sequence[Callable]): The pipeline's transforms.
        results (dict): What they start from: ``filename`` and so on.

    Returns:
        dict: ``inputs`` and ``data_samples``.

    Raises:
        BrokenVideoError: If the video cannot be opened or decoded.
    """
    try:
        refuse_incomplete(results['filename'])
    except (OSError, ValueError) as error:
        raise BrokenVideoError(_reason(error)) from error
    for transform in transforms:
        try:
            results = transform(results)
        except _PROGRAM_ERRORS:
            raise
        except Exception as error:
            if 'imgs' in results:
                raise  # decoded: not the file's fault
            raise BrokenVideoError(_reason(error)) from error
    return results


def _reason(error: Exception) -> str:
    """A decoder's message, without stack trace, times and source lines."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f'the file {error.filename} does not exist'
    if isinstance(error, (FileNotFoundError, VideoError)):
        return str(error)
    text = str(error).strip() or type(error).__name__
    text = _SOURCE_LINE.sub('', text.splitlines()[0])
    return f'cannot be decoded ({text}); {_MEND}'
