"""Which packets a decoder makes frames of, where only decoding tells."""
from typing import List, Optional

import av
import numpy as np

from .container import open_video
from .sample_tables import Samples


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
                           _decoded_times(filename))
    return samples


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


def _decoded_times(filename: str) -> List[Optional[int]]:
    """Times of all frames that a plain decode gives."""
    times: List[Optional[int]] = []
    with open_video(filename) as (container, stream):
        for packet in container.demux(stream):
            try:
                frames = stream.codec_context.decode(packet)
            except av.error.InvalidDataError:
                continue  # costs its frames and nothing else
            times.extend(frame.pts for frame in frames)
    return times
