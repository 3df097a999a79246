"""The clips of untrimmed videos: cheap features, and a way to the rest."""
from abc import ABC, abstractmethod
from typing import Dict, Iterator, NamedTuple, Sequence

from torch import Tensor


class ClipFrames(NamedTuple):
    """Pictures of one kind, and the clips that they are in.

    A clip has as many of them as its group of pictures happens to hold, so
    that they stand in one flat list.

    Attributes:
        frames (Tensor): ``(M, C, H, W)``.
        clips (Tensor): Number of each picture's clip, long ``(M, )``.
    """
    frames: Tensor
    clips: Tensor


class ClipBatch(NamedTuple):
    """Cheap features of the clips of some videos.

    Attributes:
        features (dict[str, ClipFrames]): By name: ``motion_displacement``,
            ``rgb_residual``, ``i_frame``, ``log_mel``. Clips are numbered
            from 0 through all videos of the batch.
        videos (Tensor): Number of each clip's video, long ``(L, )``.
    """
    features: Dict[str, ClipFrames]
    videos: Tensor


class ClipStreamError(ValueError):
    """A video of a stream could not be decoded; the message says why."""


class ClipStream(ABC):
    """The candidate clips of one video of any length.

    It stands for tensors that are never built as a whole: nothing is decoded
    until it is asked for, and then in parts that bound the memory. It can be
    pickled, so that the processes of a data loader can pass it on.
    """

    @property
    @abstractmethod
    def num_clips(self) -> int:
        """Number of candidate clips, L, at least 1."""

    @property
    def facts(self) -> Dict[str, object]:
        """What loading has told so far, for the sample's meta information:
        ``motion_source`` and ``has_audio``, where they were asked for.
        """
        return {}

    @abstractmethod
    def features(self, names: Sequence[str]) -> Iterator[ClipBatch]:
        """Cheap features of all candidates, in parts, in order of time.

        Args:
            names (Sequence[str]): Features that are wanted.

        Yields:
            ClipBatch: Of some successive clips, numbered from 0 in every
            part, all of video 0; not normalised, on the CPU.

        Raises:
            ValueError: If the stream was not made to give one of them.
            ClipStreamError: If the video cannot be decoded.
        """

    @abstractmethod
    def load(self, inds: Sequence[int]) -> Iterator[Tensor]:
        """Decode chosen clips to RGB, in parts, in the order given.

        Args:
            inds (Sequence[int]): Positions among the candidates.

        Yields:
            Tensor: Some of the clips, grey levels as the pipeline gives
            them, not normalised, ``(k, F, 3, H, W)``. Where the pipeline
            cuts several crops, the first of all these clips, then the
            second and so on, ``(crops * k, F, 3, H, W)``.

        Raises:
            ClipStreamError: If a clip cannot be decoded.
        """
