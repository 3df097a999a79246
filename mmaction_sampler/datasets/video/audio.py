"""The sound of a video file."""
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

import av
import numpy as np

from .container import errors_name, open_input
from .sound_line import SoundLine


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

    Sound stands where its times say: gaps are silence, and so is what a
    damaged packet held.

    Args:
        filename (str): Path of a video or audio file.
        sample_rate (int): Samples per second to resample to.

    Returns:
        Sound | None: The sound, or None if there is no audio stream or
        nothing in it.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If the file or all of the stream cannot be decoded.
    """
    if not Path(filename).is_file():
        raise FileNotFoundError(f'video {filename} does not exist')
    with errors_name(str(filename)), open_input(filename) as container:
        streams = container.streams.audio
        if not streams or streams[0].codec_context is None:
            return None
        line = SoundLine(sample_rate)
        is_empty = True
        for frame in decode_sound(container, streams[0]):
            line.add(frame)
            is_empty = False
        if is_empty:
            return None
        samples, start = line.samples()
    return Sound(samples, sample_rate, start)


def decode_sound(container: av.container.InputContainer,
                 stream: av.AudioStream) -> Iterator[av.AudioFrame]:
    """Decode an audio stream; a damaged packet costs no more than itself.

    Args:
        container (av.container.InputContainer): An open file.
        stream (av.AudioStream): One of its streams.

    Yields:
        av.AudioFrame: Blocks of at least one sample.

    Raises:
        av.error.FFmpegError: If packets are damaged and no other gives
            anything.
    """
    damage = None
    is_empty = True
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            damage = error
            continue
        for frame in frames:
            if frame.samples and frame.sample_rate:
                is_empty = False
                yield frame
    if is_empty and damage is not None:
        raise damage
