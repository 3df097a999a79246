"""Videos read for recognition, with the time that it took."""
import time
from typing import (Callable, Dict, Iterable, Iterator, List, NamedTuple,
                    Optional, Sequence)

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from mmaction_sampler.datasets.video_loader import (BrokenVideoError,
                                                    VideoLoader)
from mmaction_sampler.structures import (ClipBatch, ClipStream,
                                         ClipStreamError)

# What a transform raises at a video that it cannot bring into its shape.
_MISFITS = (ValueError, IndexError, RuntimeError, OSError, cv2.error)


class LoadedVideo(NamedTuple):
    """A video as the pipeline gives it, or why it cannot be had.

    Attributes:
        path (str): The file.
        packed (dict, optional): ``inputs`` and ``data_samples``.
        error (str): One sentence where it cannot be had, else empty.
        seconds (float): Time that reading took.
    """
    path: str
    packed: Optional[dict]
    error: str
    seconds: float


class ClockedStream(ClipStream):
    """A stream that knows how long it has been decoding.

    Args:
        stream (ClipStream): The stream.

    Attributes:
        seconds (float): Time spent in it so far.
        error (str): Why the video could not be decoded, empty if it could.
    """

    def __init__(self, stream: ClipStream) -> None:
        self.seconds = 0.
        self.error = ''
        self._stream = stream

    @property
    def num_clips(self) -> int:
        """See :class:`ClipStream`."""
        return self._stream.num_clips

    @property
    def facts(self) -> Dict[str, object]:
        """See :class:`ClipStream`."""
        return self._stream.facts

    def features(self, names: Sequence[str]) -> Iterator[ClipBatch]:
        """See :class:`ClipStream`."""
        return self._clocked(self._stream.features(names))

    def load(self, inds: Sequence[int]) -> Iterator[Tensor]:
        """See :class:`ClipStream`."""
        return self._clocked(self._stream.load(inds))

    def _clocked(self, parts: Iterator) -> Iterator:
        while True:
            began = time.perf_counter()
            try:
                part = next(parts, None)
            except ClipStreamError as error:
                self.error = sentence(error)
                raise
            self.seconds += time.perf_counter() - began
            if part is None:
                return
            yield part


def read_video(loader: VideoLoader, path: str) -> LoadedVideo:
    """Read one video; a broken one, or one that does not fit, says so.

    Args:
        loader (VideoLoader): Runs the pipeline.
        path (str): The file.

    Returns:
        LoadedVideo: The video.
    """
    began = time.perf_counter()
    packed, error = None, ''
    try:
        packed = loader(
            dict(filename=path, start_index=0, modality='RGB'))
        if isinstance(packed['inputs'], ClipStream):
            packed['inputs'] = ClockedStream(packed['inputs'])
    except (BrokenVideoError, *_MISFITS) as problem:
        error = sentence(problem)
    return LoadedVideo(path, packed, error, time.perf_counter() - began)


def sentence(problem: Exception) -> str:
    """The first line of an error's message, or its name."""
    lines = str(problem).strip().splitlines()
    return lines[0] if lines else type(problem).__name__


def is_machine_fault(problem: Exception) -> bool:
    """Whether an error is the accelerator's, and no video's.

    Args:
        problem (Exception): What a recognizer raised at one video.
    """
    return (isinstance(problem, torch.OutOfMemoryError)
            or str(problem).startswith('CUDA error'))


class _Videos(Dataset):
    """Videos by their paths, read by whichever process is asked."""

    def __init__(self, transforms: List[Callable]) -> None:
        self._transforms = transforms
        self._loader: Optional[VideoLoader] = None

    def __getitem__(self, path: str) -> LoadedVideo:
        if self._loader is None:  # in the process that it belongs to
            self._loader = VideoLoader(self._transforms)
        return read_video(self._loader, path)


def iter_loaded(paths: Iterable[str], transforms: List[Callable],
                num_workers: int) -> Iterator[LoadedVideo]:
    """Read videos in order, in processes of their own if asked.

    Args:
        paths (Iterable[str]): Files; iterated once, in this process: in a
            folder that grows each process would find others.
        transforms (list[Callable]): From :func:`video_pipeline`.
        num_workers (int): Processes that read; 0 reads in this one.

    Yields:
        LoadedVideo: A video.
    """
    options: Dict[str, int] = dict(prefetch_factor=2) if num_workers else {}
    yield from DataLoader(
        _Videos(transforms), sampler=paths, batch_size=None,
        num_workers=num_workers, collate_fn=_same, **options)


def _same(video: LoadedVideo) -> LoadedVideo:
    return video
