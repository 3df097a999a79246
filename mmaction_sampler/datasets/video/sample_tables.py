"""The frames of an MP4 or QuickTime file by its header alone.

Listing a file's packets reads all of it: ten frames of an hour of video would
cost hundreds of megabytes of input. These containers list their samples in
the header. FFmpeg gives that list, but for the offsets between the times of
decoding and of display, which are read here.
"""
import struct
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Dict, List, NamedTuple, Optional, Tuple

import av
import numpy as np

#: Headers above this size are left to FFmpeg, bytes.
_LARGEST_HEADER = 64 * 2**20
_KEYFRAME, _DISCARDED = 1, 2
_FIELDS = attrgetter('timestamp', 'flags', 'pos', 'size')


class Samples(NamedTuple):
    """Packets of a video stream, in coded order.

    Attributes:
        pts (np.ndarray, optional): Times of display in units of the
            stream's ``time_base``, int64 ``(M, )``. None if one is unknown.
        is_key (np.ndarray): Whether decoding can begin there, bool
            ``(M, )``.
        is_discarded (np.ndarray): Whether an edit list cuts it off, bool
            ``(M, )``.
        has_disposable (bool): Whether there are frames that no other frame
            refers to, as far as the container says so.
    """
    pts: Optional[np.ndarray]
    is_key: np.ndarray
    is_discarded: np.ndarray
    has_disposable: bool


def has_sample_tables(container: av.container.InputContainer) -> bool:
    """Whether the header of such a file lists its samples."""
    return 'mp4' in container.format.name.split(',')


def listed_samples(filename: str, container: av.container.InputContainer,
                   stream: av.VideoStream) -> Optional[Samples]:
    """List the samples of a file that is whole.

    The list is checked against two packets, which are read: the first one
    and that of a late key frame.

    Args:
        filename (str): Path of the file.
        container (av.container.InputContainer): The same file, open, of a
            format that :func:`has_sample_tables`. Its position is lost.
        stream (av.VideoStream): Its video stream.

    Returns:
        Samples | None: None where the header does not tell: fragments,
        several edits, samples that say that nothing depends on them, a
        header that is broken or very large, a file that is cut short.
    """
    entries = list(map(_FIELDS, stream.index_entries))
    # Half the time that NumPy takes for a list of tuples.
    timestamps, flags, positions, sizes = np.fromiter(
        chain.from_iterable(entries), np.int64).reshape(-1, 4).T
    if not len(entries) or not sizes.all() or (
            positions + sizes > Path(filename).stat().st_size).any():
        return None
    try:
        delays = _composition_offsets(filename, stream.id, len(entries))
    except (struct.error, ValueError, KeyError, IndexError):
        delays = None  # a broken header
    if delays is None:
        return None
    keys = np.flatnonzero(flags & _KEYFRAME)
    if not len(keys) or keys[0] != 0:
        return None
    # FFmpeg moves all times by the same: see where the first one is.
    first = _packet_at(container, stream, int(timestamps[0]))
    if first is None or first.pts is None:
        return None
    pts = timestamps + delays
    pts += first.pts - pts[0]
    late = _packet_at(container, stream, int(pts[keys[-1]]))
    if late is None or late.pts not in pts[positions == late.pos]:
        return None
    return Samples(
        pts, flags & _KEYFRAME > 0, flags & _DISCARDED > 0, False)


def _packet_at(container: av.container.InputContainer,
               stream: av.VideoStream, pts: int) -> Optional[av.Packet]:
    """A key frame's packet, not behind the time; not always the next."""
    try:
        container.seek(pts, stream=stream)
        return next(container.demux(stream), None)
    except av.error.FFmpegError:
        return None


def _composition_offsets(filename: str, track: int,
                         num_samples: int) -> Optional[np.ndarray]:
    """From the time of decoding to that of display, int64 ``(M, )``."""
    with open(filename, 'rb') as file:
        header = _read_header(file)
    moov = _boxes(header)
    if b'mvex' in moov:  # fragments have tables of their own
        return None
    for trak in moov.get(b'trak', ()):
        boxes = _boxes(trak)
        if _track_id(boxes[b'tkhd'][0]) != track:
            continue
        if _num_edits(boxes) > 1:
            return None
        tables = boxes
        for name in (b'mdia', b'minf', b'stbl'):
            tables = _boxes(tables[name][0])
        if b'sdtp' in tables:
            return None
        if b'ctts' not in tables:
            return np.zeros(num_samples, np.int64)
        return _expand(tables[b'ctts'][0], num_samples)
    return None


def _read_header(file: BinaryIO) -> bytes:
    """Contents of the ``moov`` box of a file."""
    position, end = 0, file.seek(0, 2)
    while position + 8 <= end:
        file.seek(position)
        name, begin, size = _box_head(file.read(16), end - position)
        if name == b'moov':
            if size > _LARGEST_HEADER:
                raise ValueError('the header is very large')
            file.seek(position + begin)
            return file.read(size - begin)
        position += size
    raise ValueError('there is no header')


def _box_head(data: bytes, left: int) -> Tuple[bytes, int, int]:
    """Name of a box, where its contents begin, and its size in bytes."""
    size, name = struct.unpack_from('>I4s', data)
    begin = 8
    if size == 1:
        size, begin = struct.unpack_from('>Q', data, 8)[0], 16
    if size == 0:
        size = left
    if size < begin:
        raise ValueError('a box is smaller than its head')
    return name, begin, size


def _boxes(data: bytes) -> Dict[bytes, List[bytes]]:
    """Contents of the boxes in a box, by name."""
    found: Dict[bytes, List[bytes]] = {}
    position = 0
    while position + 8 <= len(data):
        name, begin, size = _box_head(
            data[position:position + 16], len(data) - position)
        found.setdefault(name, []).append(
            data[position + begin:position + size])
        position += size
    return found


def _track_id(tkhd: bytes) -> int:
    # Behind version and flags: two times, of 64 bits each in version 1.
    return struct.unpack_from('>I', tkhd, 20 if tkhd[0] == 1 else 12)[0]


def _num_edits(track: Dict[bytes, List[bytes]]) -> int:
    """Parts of the track that are shown; pauses do not count."""
    edits = _boxes(track[b'edts'][0]) if b'edts' in track else {}
    if b'elst' not in edits:
        return 0
    table = edits[b'elst'][0]
    count, = struct.unpack_from('>I', table, 4)
    entry = '>Qqi' if table[0] == 1 else '>Iii'
    size = struct.calcsize(entry)
    starts = [struct.unpack_from(entry, table, 8 + i * size)[1]
              for i in range(min(count, 3))]
    return sum(start != -1 for start in starts) + max(count - 3, 0)


def _expand(ctts: bytes, num_samples: int) -> Optional[np.ndarray]:
    """One offset a sample from a table of runs."""
    count, = struct.unpack_from('>I', ctts, 4)
    # Version 0 is unsigned by the standard, but written with signs, too.
    runs = np.frombuffer(ctts, '>i4', 2 * count, 8).reshape(-1, 2)
    lengths = runs[:, 0].astype(np.int64)
    if (lengths < 0).any() or lengths.sum() != num_samples:
        return None
    return np.repeat(runs[:, 1].astype(np.int64), lengths)
