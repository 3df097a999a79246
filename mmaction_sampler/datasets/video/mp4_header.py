"""What the header of an MP4 or QuickTime file says of a video track.

Only what FFmpeg does not hand on is read here; its word stands for the rest.
"""
import struct
from typing import BinaryIO, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

#: Headers above this size are left to FFmpeg, bytes.
_LARGEST_HEADER = 64 * 2**20
_Boxes = Dict[bytes, List[bytes]]


class TrackTables(NamedTuple):
    """Times of a track's samples, in coded order.

    Attributes:
        decoded (np.ndarray): Times of decoding from 0 on, in units of the
            track, ascending, int64 ``(M, )``.
        delays (np.ndarray): From there to the times of display, int64
            ``(M, )``.
        has_disposable (bool): Whether it says of a sample that no other one
            depends on it.
        smallest (int): Which sample has the fewest bytes, the first such.
    """
    decoded: np.ndarray
    delays: np.ndarray
    has_disposable: bool
    smallest: int


def read_track_tables(filename: str, track: int) -> Optional[TrackTables]:
    """Read the tables of a track that is listed sample by sample.

    Args:
        filename (str): Path of the file.
        track (int): The track's number in the file (FFmpeg's stream id).

    Returns:
        TrackTables | None: None where the tables do not tell all: fragments,
        several edits, empty samples, samples that are not stored in coded
        order, a header that is broken or very large.
    """
    try:
        with open(filename, 'rb') as file:
            return _find_track(_boxes(_read_header(file)), track)
    except (struct.error, ValueError, KeyError, IndexError):
        return None  # a broken header


def _find_track(moov: _Boxes, track: int) -> Optional[TrackTables]:
    if b'mvex' in moov:  # fragments have tables of their own
        return None
    for trak in moov.get(b'trak', ()):
        boxes = _boxes(trak)
        if _track_id(boxes[b'tkhd'][0]) == track:
            return _tables(boxes) if _num_edits(boxes) <= 1 else None
    return None


def _tables(track: _Boxes) -> Optional[TrackTables]:
    table = track
    for name in (b'mdia', b'minf', b'stbl'):
        table = _boxes(table[name][0])
    num_samples, smallest = _num_samples(table)
    if not num_samples or not _in_coded_order(table):
        return None
    durations = _runs(table[b'stts'][0], num_samples)
    if (durations[:-1] <= 0).any():  # FFmpeg makes up other times
        return None
    delays = np.zeros(num_samples, np.int64)
    if b'ctts' in table:
        delays = _runs(table[b'ctts'][0], num_samples)
    return TrackTables(np.cumsum(durations) - durations, delays,
                       _has_disposable(table), smallest)


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


def _boxes(data: bytes) -> _Boxes:
    """Contents of the boxes in a box, by name."""
    found: _Boxes = {}
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


def _num_edits(track: _Boxes) -> int:
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


def _num_samples(table: _Boxes) -> Tuple[int, int]:
    """Samples of a track, 0 if one is empty, and which is the smallest."""
    size, count = struct.unpack_from('>II', table[b'stsz'][0], 4)
    if size:
        return count, 0
    sizes = np.frombuffer(table[b'stsz'][0], '>u4', count, 12)
    return (count, int(sizes.argmin())) if sizes.all() else (0, 0)


def _in_coded_order(table: _Boxes) -> bool:
    """Whether samples lie in the file in the order of the track."""
    name, kind = (b'stco', '>u4') if b'stco' in table else (b'co64', '>u8')
    count, = struct.unpack_from('>I', table[name][0], 4)
    chunks = np.frombuffer(table[name][0], kind, count, 8)
    return bool((chunks[1:] > chunks[:-1]).all())


def _has_disposable(table: _Boxes) -> bool:
    if b'sdtp' not in table:
        return False
    dependencies = np.frombuffer(table[b'sdtp'][0], np.uint8, offset=4)
    is_depended_on = dependencies >> 2 & 3
    return bool((is_depended_on == 2).any())  # 2 is no, 0 unknown


def _runs(table: bytes, num_samples: int) -> np.ndarray:
    """One value a sample from a table of runs, int64 ``(num_samples, )``."""
    count, = struct.unpack_from('>I', table, 4)
    # Offsets are unsigned by the standard, but written with signs, too.
    runs = np.frombuffer(table, '>i4', 2 * count, 8).reshape(-1, 2)
    lengths = runs[:, 0].astype(np.int64)
    if (lengths < 0).any() or lengths.sum() != num_samples:
        raise ValueError('a table is of another number of samples')
    return np.repeat(runs[:, 1].astype(np.int64), lengths)
