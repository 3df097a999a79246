"""Frames encoded anew, so that every vector spans exactly one frame.

The setting of compressed-video recognition: MPEG-4 Part 2, groups of 12
frames, no B-frames. Each frame is predicted from the one before it alone,
and FFmpeg exports those vectors exactly.
"""
from collections import deque
from fractions import Fraction
from typing import Dict, Iterable, Iterator

import av
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from .reader import NumberedFrame

#: Frames from one I-frame to the next; SCSampler Sec. 3.3.1: an I-frame is
#: followed by 11 P-frames.
GOP = 12
#: Options of a decoder that shall export motion vectors.
EXPORT_VECTORS = {'flags2': '+export_mvs'}
_LAMBDA_PER_STEP = 118  # FFmpeg's FF_QP2LAMBDA


def encoder_options(quality: int) -> Dict[str, str]:
    """Options of FFmpeg's MPEG-4 encoder.

    Args:
        quality (int): Constant quantiser step, 1 (best) to 31.

    Returns:
        dict: The options.

    Raises:
        ValueError: If ``quality`` is out of range.
    """
    if not 1 <= quality <= 31:
        raise ValueError(
            f'quality must be from 1 (best) to 31, but got {quality}')
    return {
        'flags': '+qscale',
        'global_quality': str(_LAMBDA_PER_STEP * quality),
        # A cut would begin a new group, so that groups would lie elsewhere
        # when a video is read from another frame on.
        'sc_threshold': '1000000000',
    }


def set_up_encoder(context: av.VideoCodecContext, width: int, height: int,
                   quality: int) -> None:
    """Make an encoder one that normalises.

    Its frames are to be numbered by ``pts`` 0, 1, 2, ...

    Args:
        context (av.VideoCodecContext): An MPEG-4 encoder, not yet open.
        width (int): Pixels.
        height (int): Pixels.
        quality (int): See :func:`encoder_options`.
    """
    context.width, context.height = width, height
    context.pix_fmt = 'yuv420p'
    # MPEG-4 cannot say most time bases; the times are the container's.
    context.framerate = Fraction(25)
    context.time_base = Fraction(1, 25)
    # Groups begin where encoded_frames() says so.
    context.gop_size = 10 * GOP
    context.max_b_frames = 0
    context.thread_count = 1
    context.options = encoder_options(quality)


def encoded_frames(frames: Iterable[NumberedFrame], width: int, height: int,
                   ) -> Iterator[NumberedFrame]:
    """Make frames fit for the encoder.

    Args:
        frames (Iterable[NumberedFrame]): Decoded frames.
        width (int): Width to encode.
        height (int): Height to encode.

    Yields:
        NumberedFrame: In YUV 4:2:0 of that size, with ``pts`` 0, 1, 2, ...
        The first one of each 12 numbers is to be an I-frame.
    """
    reformatter = VideoReformatter()
    group = None
    for place, (number, frame) in enumerate(frames):
        frame = reformatter.reformat(
            frame, width=width, height=height, format='yuv420p', threads=1)
        frame.pts = place
        frame.time_base = Fraction(1, 25)
        # By number, so that the groups of a video are the same wherever
        # reading begins. What it was in the source does not matter.
        frame.pict_type = (
            PictureType.NONE if number // GOP == group else PictureType.I)
        group = number // GOP
        yield NumberedFrame(number, frame)


def normalise(frames: Iterable[NumberedFrame], width: int, height: int,
              quality: int = 1) -> Iterator[NumberedFrame]:
    """Encode and decode frames in memory, one after the other.

    Args:
        frames (Iterable[NumberedFrame]): Decoded frames.
        width (int): Width in pixels.
        height (int): Height in pixels.
        quality (int): See :func:`encoder_options`. Defaults to 1.

    Yields:
        NumberedFrame: The same numbers, frames with motion vectors.
    """
    encoder = av.CodecContext.create('mpeg4', 'w')
    set_up_encoder(encoder, width, height, quality)
    decoder = av.CodecContext.create('mpeg4', 'r')
    decoder.thread_count = 1
    decoder.options = dict(EXPORT_VECTORS)
    numbers = deque()
    for number, frame in encoded_frames(frames, width, height):
        numbers.append(number)
        for packet in encoder.encode(frame):
            for decoded in decoder.decode(packet):
                yield NumberedFrame(numbers.popleft(), decoded)
    if not numbers:
        return
    for packet in encoder.encode(None):
        for decoded in decoder.decode(packet):
            yield NumberedFrame(numbers.popleft(), decoded)
    for decoded in decoder.decode(None):
        yield NumberedFrame(numbers.popleft(), decoded)
