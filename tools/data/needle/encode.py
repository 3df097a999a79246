"""Writes a video with sound such that equal input gives equal bytes."""
from fractions import Fraction
from pathlib import Path
from typing import Iterator

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from render import SAMPLE_RATE

CRF = 23
GOP = 12  # frames
AUDIO_BITRATE = 8000  # bits per second; enough for two tones and noise


def encode_frames(stream: av.VideoStream, frames: np.ndarray,
                  fps: int) -> Iterator[av.Packet]:
    """Yields the packets of RGB uint8 frames (n, height, width, 3)."""
    # One shared converter: a new one for each frame takes six times as long.
    reformatter = VideoReformatter()
    for number, picture in enumerate(frames):
        frame = reformatter.reformat(
            av.VideoFrame.from_ndarray(picture, format='rgb24'),
            format='yuv420p')
        frame.pts = number
        frame.time_base = Fraction(1, fps)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def encode_sound(stream: av.AudioStream,
                 sound: np.ndarray) -> Iterator[av.Packet]:
    """Yields the packets of mono float32 samples (n,) within [-1, 1]."""
    frame = av.AudioFrame.from_ndarray(
        sound[None], format='fltp', layout='mono')
    frame.sample_rate = SAMPLE_RATE
    frame.pts = 0
    frame.time_base = Fraction(1, SAMPLE_RATE)
    yield from stream.encode(frame)
    yield from stream.encode(None)


def write_video(path: Path, frames: np.ndarray, sound: np.ndarray,
                fps: int) -> None:
    """Writes an MP4 file: H.264 (crf 23, GOP 12) and AAC (mono, 16 kHz).

    Args:
        path: File to write, whatever its suffix.
        frames: RGB uint8 (n, height, width, 3), even height and width.
        sound: float32 (samples,) at 16 kHz within [-1, 1].
        fps: Frames per second.
    """
    # Bit-exact: no library versions and no dates in the container.
    with av.open(
            str(path), 'w', format='mp4',
            container_options={'fflags': '+bitexact'}) as container:
        video = container.add_stream('libx264', rate=fps)
        video.height, video.width = frames.shape[1:3]
        video.pix_fmt = 'yuv420p'
        video.gop_size = GOP
        # More threads split the picture and change the bytes.
        video.thread_count = 1
        # Every frame refers to the one before it alone, so that the motion
        # vectors in the file tell the motion from frame to frame.
        video.max_b_frames = 0
        video.options = {
            'crf': str(CRF),
            # A third faster than the default at the same size.
            'preset': 'veryfast',
            'refs': '1',
            # A key frame wherever a plate appears would give it away.
            'sc_threshold': '0',
            # With AVX-512, x264 core 165 gives other bytes for one video
            # in a thousand from run to run, through its `mbtree`. These
            # instructions give the same bytes as its plain C code.
            'x264-params': 'asm=MMX2,SSE2',
        }
        audio = container.add_stream(
            'aac', rate=SAMPLE_RATE, layout='mono', bit_rate=AUDIO_BITRATE)
        packets = [
            *encode_frames(video, frames, fps), *encode_sound(audio, sound)
        ]
        # In the order of time, so that a player need not jump.
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            container.mux(packet)
