"""Signs of inexact motion vectors that only the packets show."""
from functools import lru_cache
from itertools import islice
from typing import Optional

import av

from .container import FileVersion, file_version, open_video
from .slices import iter_slice_heads
from .sps import SequenceParameters, sequence_parameters

# Temporal layers repeat after a few frames.
_LOOKED_AT = 64


def why_inexact(filename: str) -> Optional[str]:
    """Look at the first packets of a file whose header raises no doubt.

    Takes 2 to 6 ms, once a process unless the file changes.

    Args:
        filename (str): Path of the file.

    Returns:
        str | None: Why its vectors do not tell the motion from frame to
        frame, or None if nothing was found.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video.
    """
    return _why_inexact(str(filename), file_version(filename))


@lru_cache(maxsize=1 << 16)
def _why_inexact(filename: str, version: FileVersion) -> Optional[str]:
    with open_video(filename) as (container, stream):
        parameters = _h264_parameters(stream.codec_context)
        if parameters is not None and parameters.crops_origin:
            return 'is cut off at the left or the top'
        packets = islice(container.demux(stream), _LOOKED_AT)
        is_interlaced = None
        for packet in packets:
            if _is_unreferenced(packet, stream.codec_context):
                return 'has frames that the next one does not refer to'
            if is_interlaced is None:
                is_interlaced = _is_interlaced(packet, stream.codec_context)
            if is_interlaced:
                return 'is interlaced'
    return None


def _h264_parameters(
        context: av.VideoCodecContext) -> Optional[SequenceParameters]:
    if context.codec.canonical_name != 'h264':
        return None
    return sequence_parameters(context.extradata)


def _is_unreferenced(packet: av.Packet,
                     context: av.VideoCodecContext) -> bool:
    """Whether H.264 says that no other frame refers to this one."""
    parameters = _h264_parameters(context)
    if parameters is None:
        return False
    head = next(iter_slice_heads(
        bytes(packet), context.extradata, parameters), None)
    return head is not None and not head.is_reference


def _is_interlaced(packet: av.Packet,
                   context: av.VideoCodecContext) -> Optional[bool]:
    """Of the first frame; vectors of fields span half a frame's time."""
    try:
        frames = context.decode(packet)
    except av.error.InvalidDataError:
        return None  # reading the file will tell
    return frames[0].interlaced_frame if frames else None
