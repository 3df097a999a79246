"""What only decoding tells: which packets become frames, and key frames."""
from itertools import takewhile
from typing import Iterator, List, Optional

import av
import numpy as np
from av.video.frame import PictureType

from .container import open_video
from .sample_tables import Samples


def is_key_frame(frame: av.VideoFrame) -> bool:
    """Whether a frame refers to no other one, whatever its container says.

    Args:
        frame (av.VideoFrame): The frame.

    Returns:
        bool: Whether the decoder says so.
    """
    return frame.key_frame or frame.pict_type == PictureType.I


def without_undecoded(filename: str, samples: Samples) -> Samples:
    """Mark packets that no frame comes out of as not shown.

    Nothing is decoded where there is no doubt.

    Args:
        filename (str): Path of the file.
        samples (Samples): Its packets.

    Returns:
        Samples: The packets.
    """
    if samples.is_doubtful:
        return _with_shown(samples, np.ones(len(samples.is_key), bool),
                           list(_decoded_times(filename)))
    early = _before_key(samples)
    if not early.any():
        return samples
    key = samples.pts[samples.is_key.argmax()]
    return _with_shown(samples, early, list(takewhile(
        lambda time: time is None or time < key, _decoded_times(filename))))


def _before_key(samples: Samples) -> np.ndarray:
    """Packets shown or coded before the first key frame, bool ``(M, )``.

    A cut leaves B-frames there whose references are gone. Some decoders show
    them, or frames in the midst of a group, and others do not.
    """
    if samples.pts is None or not samples.is_key.any():
        return np.zeros(len(samples.is_key), bool)
    first = int(samples.is_key.argmax())
    early = samples.pts < samples.pts[first]
    early[:first] = True
    return early & ~samples.is_discarded


def _with_shown(samples: Samples, asked: np.ndarray,
                times: List[Optional[int]]) -> Samples:
    """Leave out packets asked about whose times are not among those shown."""
    if samples.pts is not None:
        is_discarded = samples.is_discarded | (
            asked & ~np.isin(samples.pts, times))
    else:  # only the number counts
        is_discarded = samples.is_discarded.copy()
        is_discarded[np.flatnonzero(~is_discarded)[len(times):]] = True
    return samples._replace(is_discarded=is_discarded)


def _decoded_times(filename: str) -> Iterator[Optional[int]]:
    """Times of the frames that a plain decode gives."""
    with open_video(filename) as (container, stream):
        for packet in container.demux(stream):
            try:
                frames = stream.codec_context.decode(packet)
            except av.error.InvalidDataError:
                continue  # costs its frames and nothing else
            yield from (frame.pts for frame in frames)
