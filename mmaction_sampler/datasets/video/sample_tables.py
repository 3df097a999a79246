"""The frames of an MP4 or QuickTime file by its header alone.

Listing a file's packets reads all of it: ten frames of an hour of video would
cost hundreds of megabytes of input. These containers list their samples in
the header. FFmpeg gives that list, entry by entry and without the times of
display; most of it is worked out here from the header's tables instead, and
checked against FFmpeg's entries of the key frames.
"""
from pathlib import Path
from typing import List, NamedTuple, Optional

import av
import numpy as np

from .fields import interlacing_parameters
from .mp4_header import read_track_tables

#: FFmpeg's MAX_NVOP_SIZE: below it, a packet of MPEG-4 may hold no picture.
SMALLEST_VOP = 20
_KEYFRAME, _DISCARDED = 1, 2


class Samples(NamedTuple):
    """Packets of a video stream, in coded order.

    Attributes:
        pts (np.ndarray, optional): Times of display in units of the
            stream's ``time_base``, int64 ``(M, )``. None if one is unknown.
        is_key (np.ndarray): Whether decoding can begin there, bool
            ``(M, )``.
        is_discarded (np.ndarray): Whether it is not shown, as an edit list
            cuts it off, bool ``(M, )``.
        has_disposable (bool): Whether there are frames that no other frame
            refers to, as far as the container says so.
        num_packets (int): M, and those that are empty.
        is_doubtful (bool): Whether there may be packets that no frame comes
            out of, which only decoding tells. Defaults to False.
        has_fields (bool): Whether there are frames of two packets, one for
            each field; the second one is not shown. Defaults to False.
    """
    pts: Optional[np.ndarray]
    is_key: np.ndarray
    is_discarded: np.ndarray
    has_disposable: bool
    num_packets: int
    is_doubtful: bool = False
    has_fields: bool = False


def has_sample_tables(container: av.container.InputContainer) -> bool:
    """Whether the header of such a file lists its samples."""
    return 'mp4' in container.format.name.split(',')


def listed_samples(filename: str, container: av.container.InputContainer,
                   stream: av.VideoStream) -> Optional[Samples]:
    """List the samples of a file that is whole.

    The list is checked against FFmpeg's entries of the key frames and of the
    last sample, and against two packets, which are read: the first one and
    that of a late key frame.

    Args:
        filename (str): Path of the file.
        container (av.container.InputContainer): The same file, open, of a
            format that :func:`has_sample_tables`. Its position is lost.
        stream (av.VideoStream): Its video stream.

    Returns:
        Samples | None: None where the header does not tell (see
        :func:`read_track_tables`), where the file is cut short, where
        frames may be of two samples, and where a sample may hold none.
    """
    if interlacing_parameters(stream.codec_context) is not None:
        return None  # a sample may be one field
    tables = read_track_tables(filename, stream.id)
    entries = stream.index_entries
    if tables is None or len(entries) != len(tables.decoded):
        return None
    if _is_no_picture(filename, stream, entries[tables.smallest]):
        return None
    last = entries[len(entries) - 1]
    if last.pos + last.size > Path(filename).stat().st_size:
        return None
    shown = tables.decoded + tables.delays
    flags = _flags(stream, shown)
    if flags is None or not flags[0] & _KEYFRAME:
        return None
    keys = np.flatnonzero(flags & _KEYFRAME).tolist()
    shifts = {entries[place].timestamp - int(tables.decoded[place])
              for place in (*keys, len(entries) - 1)}
    first = _packet_at(container, stream, entries[0].timestamp)
    if len(shifts) > 1 or first is None or first.pts is None:
        return None
    # FFmpeg moves all times by the same.
    pts = shown + (first.pts - shown[0])
    late = _packet_at(container, stream, int(pts[keys[-1]]))
    if late is None or late.pts not in [
            pts[key] for key in keys if entries[key].pos == late.pos]:
        return None
    return Samples(pts, flags & _KEYFRAME > 0, flags & _DISCARDED > 0,
                   tables.has_disposable, len(entries))


def _is_no_picture(filename: str, stream: av.VideoStream,
                   entry: av.index.IndexEntry) -> bool:
    """Whether a sample is one of MPEG-4 that only repeats the last frame."""
    context = stream.codec_context
    if (context.codec.canonical_name != 'mpeg4'
            or entry.size >= SMALLEST_VOP):
        return False
    with open(filename, 'rb') as file:
        file.seek(entry.pos)
        packet = av.Packet(file.read(entry.size))
    decoder = av.CodecContext.create('mpeg4', 'r')
    decoder.extradata = context.extradata
    try:
        return not [*decoder.decode(packet), *decoder.decode(None)]
    except av.error.InvalidDataError:
        return True


def _flags(stream: av.VideoStream,
           shown: np.ndarray) -> Optional[np.ndarray]:
    """FFmpeg's flags of the samples, int64 ``(M, )``.

    An edit cuts off what is shown before or after a time. Where it leaves
    the first and the last one, it leaves all, and only the key frames have
    to be asked for.
    """
    entries = stream.index_entries
    ends = (entries[int(shown.argmin())], entries[int(shown.argmax())])
    if any(entry.flags & _DISCARDED for entry in ends):
        return np.array([entry.flags for entry in entries], np.int64)
    keys = _key_frames(stream)
    if keys is None:
        return None
    flags = np.zeros(len(entries), np.int64)
    flags[keys] = _KEYFRAME
    return flags


def _key_frames(stream: av.VideoStream) -> Optional[List[int]]:
    """Places of the key frames, from the last to the first."""
    entries = stream.index_entries
    places: List[int] = []
    time = entries[len(entries) - 1].timestamp
    while True:
        place = entries.search_timestamp(time, backward=True)
        if place < 0:
            return places
        if places and place >= places[-1]:
            return None  # times do not ascend
        places.append(place)
        time = entries[place].timestamp - 1


def _packet_at(container: av.container.InputContainer,
               stream: av.VideoStream, pts: int) -> Optional[av.Packet]:
    """A key frame's packet, not behind the time; not always the next."""
    try:
        container.seek(pts, stream=stream)
        return next(container.demux(stream), None)
    except av.error.FFmpegError:
        return None
