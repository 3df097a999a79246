"""What a video file holds, without decoding it."""
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import List, NamedTuple, Optional

import av
import numpy as np

from .avi import is_whole_avi
from .container import (FileVersion, OpenedVideo, VideoError, file_version,
                        open_video)
from .decoded import without_undecoded
from .matroska import missing_bytes
from .packets import read_packets
from .sample_tables import Samples, has_sample_tables, listed_samples
from .sps import max_num_ref_frames


class VideoIndex(NamedTuple):
    """The frames of a file's first video stream.

    Attributes:
        codec (str): FFmpeg's name of the codec, such as ``'h264'``.
        width (int): Pixels of the first frames, by their header.
        height (int): The same.
        promised (int): Frames by the container's header, 0 if it says
            nothing.
        present (int): Packets of the stream, also empty ones.
        num_frames (int): Frames that a player shows: the packets without
            those that an edit list cuts off or that hold no frame.
        pts (np.ndarray, optional): Times of the frames in units of
            ``time_base``, ascending, int64 ``(num_frames, )``. A frame's
            number is its place here. None where the container does not
            tell the times apart.
        key_pts (np.ndarray): Times of the key frames, ascending, int64.
        time_base (Fraction): Seconds.
        frame_rate (float): Average frames per second, 0 if unknown.
        reordered (bool): Whether frames are shown in another order than
            they are coded in, so that some are predicted from later ones.
        num_references (int, optional): Frames that a prediction may choose
            among, where the codec allows more than the last one and says
            how many; see :func:`max_num_ref_frames`.
        has_disposable (bool): Whether there are frames that no other frame
            refers to.
        is_seekable (bool): Whether a frame is told by its time and a single
            packet, wherever reading begins.
    """
    codec: str
    width: int
    height: int
    promised: int
    present: int
    num_frames: int
    pts: Optional[np.ndarray]
    key_pts: np.ndarray
    time_base: Fraction
    frame_rate: float
    reordered: bool
    num_references: Optional[int]
    has_disposable: bool
    is_seekable: bool

    def key_before(self, number: int) -> Optional[int]:
        """Time of the key frame that decoding of a frame begins with.

        Args:
            number (int): Number of the frame, below ``num_frames``.

        Returns:
            int | None: Units of ``time_base``; None for the begin of the
            file.
        """
        if self.pts is None or not self.is_seekable:
            return None
        place = np.searchsorted(self.key_pts, self.pts[number], 'right') - 1
        return int(self.key_pts[place]) if place >= 0 else None

    def key_numbers(self) -> np.ndarray:
        """Numbers of the key frames.

        Returns:
            np.ndarray: Ascending, int64; empty without times.
        """
        if self.pts is None:
            return np.empty(0, np.int64)
        return np.flatnonzero(np.isin(self.pts, self.key_pts))

    def number_of(self, pts: Optional[int]) -> Optional[int]:
        """Number of the frame shown at a time, None if there is none.

        Args:
            pts (int, optional): Units of ``time_base``.

        Returns:
            int | None: The number.
        """
        if self.pts is None or pts is None:
            return None
        place = int(np.searchsorted(self.pts, pts))
        found = place < len(self.pts) and self.pts[place] == pts
        return place if found else None


def read_index(filename: str,
               opened: Optional[OpenedVideo] = None) -> VideoIndex:
    """List a file's frames.

    Takes a fraction of a microsecond a frame where the container's header
    tells (MP4, QuickTime); other files are read, packet by packet, about 4.
    And only once as long as the file is among the last ones asked for and
    does not change.

    Args:
        filename (str): Path of a video file.
        opened (OpenedVideo, optional): The same file, if it is open anyway.
            Its position may be lost. Defaults to None.

    Returns:
        VideoIndex: The list.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video.
    """
    place = _place_of(str(filename), file_version(filename))
    if not place:
        place.append(_list_frames(str(filename), opened))
    return place[0]


# An hour of video takes 1 MB here.
@lru_cache(maxsize=128)
def _place_of(filename: str, version: FileVersion) -> List[VideoIndex]:
    """Where the index of one version of a file is kept; empty at first."""
    return []


def _list_frames(filename: str,
                 opened: Optional[OpenedVideo]) -> VideoIndex:
    if opened is None:
        with open_video(filename) as fresh:
            if has_sample_tables(fresh.container):
                return _list_frames(filename, fresh)
            return _build(filename, fresh, read_packets(fresh))
    if has_sample_tables(opened.container):
        samples = listed_samples(filename, *opened)
        if samples is not None:
            return _build(filename, opened, samples)
    # Whoever opened the file goes on with it; packets are read apart.
    with open_video(filename) as fresh:
        return _build(filename, fresh, read_packets(fresh))


def forget_indices() -> None:
    """Read the packets of every file anew; for measurements."""
    _place_of.cache_clear()


def _build(filename: str, opened: OpenedVideo,
           samples: Samples) -> VideoIndex:
    stream = opened.stream
    context = stream.codec_context
    samples = without_undecoded(filename, samples)
    is_shown = ~samples.is_discarded
    num_frames = int(is_shown.sum())
    shown = keys = np.empty(0, np.int64)
    if samples.pts is not None:
        shown, keys = samples.pts[is_shown], samples.pts[samples.is_key]
    in_order = np.sort(shown)
    has_times = len(shown) == num_frames and bool(
        (np.diff(in_order) > 0).all())
    reordered = not has_times or bool((np.diff(shown) < 0).any())
    codec = context.codec.canonical_name
    return VideoIndex(
        codec=codec,
        width=context.width,
        height=context.height,
        promised=stream.frames,
        present=samples.num_packets,
        num_frames=num_frames,
        pts=in_order if has_times else None,
        key_pts=np.sort(keys) if has_times else np.empty(0, np.int64),
        time_base=stream.time_base,
        frame_rate=float(stream.average_rate or stream.guessed_rate or 0),
        reordered=reordered,
        num_references=(max_num_ref_frames(context.extradata)
                        if codec == 'h264' else None),
        has_disposable=samples.has_disposable,
        # A program stream times groups of frames; behind a seek, FFmpeg
        # makes up others for those between. And a frame of two packets
        # would be taken for complete after the first one.
        is_seekable=not (opened.container.format.name == 'mpeg'
                         or samples.has_fields))


class PacketCount(NamedTuple):
    """Frames that a container promises, and those that are there.

    Attributes:
        promised (int): Frames by the container's header, 0 if it says
            nothing.
        present (int): Packets of the first video stream.
    """
    promised: int
    present: int


def refuse_incomplete(filename: str) -> None:
    """Stop at a file that no decoder should be given.

    Lists the file's frames (:func:`read_index`), only once a process unless
    the file changes. decord crashes the whole
    process on some files that are cut short, and may never return where the
    header promises too many frames.

    Args:
        filename (str): Path of a video file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no video, has no video stream, or lacks frames
            (AVI, Matroska: bytes) that its header promises.
    """
    if not Path(filename).is_file():
        raise FileNotFoundError('the file does not exist')
    missing = missing_bytes(filename)
    if missing:
        raise ValueError(
            f'the file is cut short: {missing} bytes are missing')
    count = _count_packets(filename, file_version(filename))
    if not count.present or (count.present < count.promised
                             and not is_whole_avi(filename)):
        raise ValueError(
            f'the file is cut short: {count.present} of '
            f'{count.promised or "any"} frames are there')


@lru_cache(maxsize=1 << 16)
def _count_packets(filename: str, version: FileVersion) -> PacketCount:
    """Two numbers of a file's index, remembered for far more files."""
    try:
        index = read_index(filename)
    except VideoError as error:
        # Who asks names the file and the mend; FFmpeg's word is enough.
        if isinstance(error.__cause__, av.error.FFmpegError):
            raise ValueError(error.__cause__.strerror) from error
        raise
    present = index.present
    if present < index.promised:
        # An edit list may leave out whole groups, which are there.
        with open_video(filename, container_options=dict(
                ignore_editlist='1')) as (container, stream):
            present = sum(1 for p in container.demux(stream) if p.size)
    return PacketCount(index.promised, present)
