"""Motion vectors of a file, from itself or from a normalised copy."""
from itertools import chain
from typing import Iterator, Literal, NamedTuple, Optional, Tuple

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.video.frame import PictureType

from .container import VideoError
from .exactness import why_inexact
from .index import VideoIndex
from .normalise import EXPORT_VECTORS, GOP, normalise
from .reader import NumberedFrame, VideoReader

#: How vectors are got: as the file has them, or from frames encoded anew.
MotionSource = Literal['raw', 'normalised']

_EXPORTED = {
    'h264', 'mpeg1video', 'mpeg2video', 'mpeg4', 'h263', 'h263p', 'flv1',
    'msmpeg4v1', 'msmpeg4v2', 'msmpeg4v3', 'wmv1', 'wmv2', 'snow'
}
# Vectors do not depend on pixels; without them decoding is a tenth faster.
_VECTORS_ALONE = {'skip_idct': 'all', 'skip_loop_filter': 'all'}
# FFmpeg's AVMotionVector.
_BLOCK = np.dtype([('source', 'i4'), ('w', 'u1'), ('h', 'u1'),
                   ('src_x', 'i2'), ('src_y', 'i2'), ('dst_x', 'i2'),
                   ('dst_y', 'i2'), ('flags', 'u8'), ('motion_x', 'i4'),
                   ('motion_y', 'i4'), ('motion_scale', 'u2')], align=True)
REENCODE = 'tools/data/reencode.py'


class CodedFrame(NamedTuple):
    """A frame and how it was predicted.

    Attributes:
        number (int): Place in display order, from 0.
        is_i_frame (bool): Whether it is predicted from no other frame.
        motion_vectors (np.ndarray): FFmpeg's structured array of blocks,
            ``(n, )``; intra blocks are absent.
        frame (av.VideoFrame): The frame.
    """
    number: int
    is_i_frame: bool
    motion_vectors: np.ndarray
    frame: av.VideoFrame


def why_normalise(index: VideoIndex) -> Optional[str]:
    """Why a file's own vectors do not tell the motion from frame to frame.

    FFmpeg says of a vector only whether it leads to an earlier or a later
    frame, not to which one.

    Args:
        index (VideoIndex): What is in the file.

    Returns:
        str | None: The reason, or None if the vectors are exact.
    """
    if index.codec == 'snow':
        return 'is predicted by blocks that overlap'
    if index.reordered:
        return 'has B-frames'
    if index.key_numbers()[:1].tolist() != [0]:
        # An edit list or a cut has taken the I-frame of the first ones.
        return 'begins within a group of frames'
    if index.codec == 'h264' and index.num_references != 1:
        return f'has {index.num_references or "several"} reference frames'
    if index.has_disposable:
        return 'has frames that the next one does not refer to'
    return None


def choose_source(filename: str, index: VideoIndex,
                  motion_source: Literal['auto', 'raw', 'normalised']
                  ) -> MotionSource:
    """Decide how to get a file's vectors.

    Args:
        filename (str): Path of the file, for the message.
        index (VideoIndex): What is in it.
        motion_source (str): ``'raw'`` takes the file's own vectors,
            ``'normalised'`` encodes its frames anew in memory, ``'auto'``
            does so only if the file's own are inexact.

    Returns:
        str: ``'raw'`` or ``'normalised'``.

    Raises:
        ValueError: If ``motion_source`` is none of the three.
        VideoError: If the codec has no vectors (``'auto'`` and ``'raw'``),
            or inexact ones (``'raw'``).
    """
    if motion_source not in ('auto', 'raw', 'normalised'):
        raise ValueError(
            f"motion_source must be 'auto', 'raw' or 'normalised', but got "
            f'{motion_source!r}')
    if motion_source == 'normalised':
        return 'normalised'
    if index.codec not in _EXPORTED:
        raise VideoError(
            f'video {filename} is coded in {index.codec}, whose motion '
            f'vectors FFmpeg does not export; encode it again with {REENCODE} '
            f"or set motion_source='normalised'")
    reason = why_normalise(index) or why_inexact(filename)
    if reason is None:
        return 'raw'
    if motion_source == 'raw':
        raise VideoError(
            f'the motion vectors of video {filename} are inexact, because it '
            f'{reason}; encode it again with {REENCODE} or set '
            f"motion_source='auto'")
    return 'normalised'


def group_starts(index: VideoIndex, source: MotionSource,
                 numbers: np.ndarray) -> np.ndarray:
    """First frames of the groups that frames depend on.

    Args:
        index (VideoIndex): What is in the file.
        source (str): How the vectors are got.
        numbers (np.ndarray): The frames, int64 ``(N, )``.

    Returns:
        np.ndarray: Numbers of I-frames, none above its frame's, int64
        ``(N, )``.
    """
    if source == 'normalised':
        return numbers - numbers % GOP
    if not index.is_seekable:
        return np.zeros_like(numbers)
    # The file's own vectors are taken only if frame 0 is a key frame.
    keys = index.key_numbers()
    return keys[np.searchsorted(keys, numbers, 'right') - 1]


def open_for_vectors(filename: str, source: MotionSource,
                     with_pixels: bool) -> VideoReader:
    """Open a file such that :func:`iter_coded_frames` can read it.

    Args:
        filename (str): Path of the file.
        source (str): How the vectors are got.
        with_pixels (bool): Whether the frames' pixels are needed, too.

    Returns:
        VideoReader: To be closed by the caller.
    """
    if source == 'normalised':
        return VideoReader(filename)
    return VideoReader(filename, {
        **EXPORT_VECTORS,
        **({} if with_pixels else _VECTORS_ALONE)
    })


def iter_coded_frames(reader: VideoReader, source: MotionSource, start: int,
                      stop: int) -> Iterator[CodedFrame]:
    """Read the vectors of a range of frames.

    Args:
        reader (VideoReader): Of :func:`open_for_vectors`.
        source (str): How the vectors are got.
        start (int): First frame; the begin of a group.
        stop (int): Frame after the last one.

    Yields:
        CodedFrame: In display order.

    Raises:
        VideoError: If the file is damaged, has another size here than at
            its begin (``'raw'``; encoded anew, all frames have that), or
            has B-frames that its container does not tell of.
    """
    frames = reader.iter_frames(start, stop)
    first = next(frames, None)
    if first is None:
        return
    size = _size_at_start(reader, first)
    frames = chain([first], frames)
    if source == 'normalised':
        frames = normalise(frames, *size)
    for number, frame in frames:
        if size != (frame.width, frame.height):
            raise VideoError(
                f'frame {number} of video {reader.filename} has another '
                f'size than its first frames; encode it again with '
                f"{REENCODE} or set motion_source='normalised'")
        kind = frame.pict_type
        if kind not in (PictureType.I, PictureType.P):
            raise VideoError(
                f'frame {number} of video {reader.filename} is neither an '
                f'I-frame nor a P-frame; encode it again with {REENCODE} or '
                f"set motion_source='normalised'")
        yield CodedFrame(number, kind == PictureType.I, _vectors(frame),
                         frame)


def _size_at_start(reader: VideoReader,
                   found: NumberedFrame) -> Tuple[int, int]:
    """Width and height of the file's first frame, whatever is read.

    So that the features of a frame do not depend on where reading begins.
    """
    size = found.frame.width, found.frame.height
    if found.number == 0 or size == (reader.index.width, reader.index.height):
        return size
    with VideoReader(reader.filename) as again:
        frame = next(again.iter_frames()).frame
    return frame.width, frame.height


def _vectors(frame: av.VideoFrame) -> np.ndarray:
    # frame.side_data keeps what it finds in the frame, which that refers to:
    # such frames wait for the garbage collector, the decoder takes new memory
    # instead of theirs, and reading takes half as long again.
    vectors = SideDataContainer(frame).get('MOTION_VECTORS')
    # The next frame may overwrite the memory. NumPy would copy field by field.
    return np.frombuffer(b'' if vectors is None else bytes(vectors), _BLOCK)
