"""The sound of a video file."""
from typing import Iterator, NamedTuple, Optional

import av
import numpy as np

from .container import errors_name


class Sound(NamedTuple):
    """The first audio stream of a file, as one channel.

    Attributes:
        samples (np.ndarray): float32 ``(n, )``, within [-1, 1] or nearly so.
        sample_rate (int): Samples per second.
        start (float): Time of the first sample in seconds, on the clock that
            the video's times are on.
    """
    samples: np.ndarray
    sample_rate: int
    start: float


def read_sound(filename: str, sample_rate: int) -> Optional[Sound]:
    """Decode the first audio stream of a file.

    Args:
        filename (str): Path of a video or audio file.
        sample_rate (int): Samples per second to resample to.

    Returns:
        Sound | None: The sound, or None if there is no audio stream or
        nothing in it.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If the stream cannot be decoded.
    """
    with errors_name(filename), av.open(str(filename)) as container:
        streams = container.streams.audio
        if not streams or streams[0].codec_context is None:
            return None
        start = None
        parts = []
        resampler = av.AudioResampler(
            format='flt', layout='mono', rate=sample_rate)
        for frame in container.decode(streams[0]):
            if start is None:
                start = frame.time or 0.
            parts.extend(_samples(resampler, frame))
        if start is None:
            return None
        parts.extend(_samples(resampler, None))
    return Sound(np.concatenate(parts), sample_rate, float(start))


def _samples(resampler: av.AudioResampler,
             frame: Optional[av.AudioFrame]) -> Iterator[np.ndarray]:
    for resampled in resampler.resample(frame):
        yield resampled.to_ndarray().reshape(-1)
