"""The frames of a file by its packets, all of which are read.

Containers without a list of samples are read this way. What they do not
tell of a packet is looked up in the packet itself.
"""
import re
from typing import Callable, Dict, Tuple

import av
import numpy as np

from .container import OpenedVideo
from .fields import FieldPairs, interlacing_parameters
from .sample_tables import SMALLEST_VOP, Samples

_B_VOP = re.compile(rb'\x00\x00\x01\xb6[\x80-\xbf]')


def read_packets(opened: OpenedVideo) -> Samples:
    """Read the whole file.

    Args:
        opened (OpenedVideo): The file, at its beginning.

    Returns:
        Samples: Its frames.
    """
    container, stream = opened
    context = stream.codec_context
    codec = context.codec.canonical_name
    is_avi = container.format.name == 'avi'
    is_mpeg4 = codec == 'mpeg4'
    reorders = is_avi and not is_mpeg4 and context.has_b_frames
    interlacing = interlacing_parameters(context)
    pairs = interlacing and FieldPairs(context.extradata, interlacing)
    is_frame = pairs.begins_frame if pairs else _CHECKS.get(codec)
    packets, is_doubtful, end = [], False, 0
    for packet in container.demux(stream):
        if not packet.size:
            continue
        shown = is_frame is None or is_frame(packet)
        packets.append((packet.pts, shown and packet.is_keyframe,
                        packet.is_discard or not shown,
                        packet.is_disposable))
        if is_mpeg4:
            reorders = reorders or bool(_B_VOP.search(packet))
        is_doubtful |= is_mpeg4 and packet.size < SMALLEST_VOP
        end = packet.dts
    pts, (is_key, is_discarded, is_disposable) = _columns(packets)
    num_timed = sum(packet[0] is not None for packet in packets)
    # Frames that a cut has left without their references have no times.
    is_doubtful |= 0 < num_timed < len(packets)
    in_order = pts is None or bool((np.diff(pts) >= 0).all())
    if is_avi and not in_order or reorders and (is_avi or in_order):
        # AVI holds no times of display; what FFmpeg makes up is wrong then.
        # Nor have copies of DivX' packets of two frames in other containers.
        pts = None
    if pts is not None and (np.diff(pts[is_key]) < 0).any():
        # Files were put one behind the other: their times interleave.
        pts = None
    num_packets = len(packets)
    if is_avi:
        # Times count its chunks, of which FFmpeg skips the empty ones.
        num_packets = max(num_packets, (end or 0) + 1)
    return Samples(pts, is_key, is_discarded, bool(is_disposable.any()),
                   num_packets, is_doubtful, pairs is not None and pairs.found)


def _is_shown_vp8(packet: av.Packet) -> bool:
    """RFC 6386 Sec. 9.1; others only serve as a reference."""
    return bool(memoryview(packet)[0] & 0x10)


#: Codec -> whether a packet is a frame that a player shows.
_CHECKS: Dict[str, Callable[[av.Packet], bool]] = {'vp8': _is_shown_vp8}


def _columns(packets: list) -> Tuple:
    """Times, or None if one is unknown, and the flags' columns."""
    times, *flags = zip(*packets) if packets else ((), (), (), ())
    is_key, is_discarded, is_disposable = np.array(flags, bool)
    known = np.array([pts is not None for pts in times], bool)
    pts = None
    if (known | is_discarded & ~is_key).all():
        pts = np.array([time or 0 for time in times], np.int64)
    return pts, (is_key, is_discarded, is_disposable)
