"""Frames of a camera, a network stream or a file, as they come."""
import sys
from contextlib import closing
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

import av
import cv2
import numpy as np

from .container import VideoError, local_path
from .rgb import RGBConverter

#: Seconds without any data after which a source is given up.
LIVE_TIMEOUT = 10.


class LiveFrame(NamedTuple):
    """A frame and when it was shown.

    Attributes:
        number (int): Frames of the source before it.
        seconds (float): Since the source's first frame.
        image (np.ndarray): Upright, RGB uint8 ``(H, W, 3)``.
    """
    number: int
    seconds: float
    image: np.ndarray


def iter_live(source: str,
              frames_per_second: Optional[float] = None,
              timeout: float = LIVE_TIMEOUT) -> Iterator[LiveFrame]:
    """Take frames one after the other; nothing is kept.

    Args:
        source (str): Number of a camera, from ``'0'``; address of a stream,
            as ``'rtsp://...'``; or a video file.
        frames_per_second (float, optional): Take no more than these, above
            0. Defaults to None, all.
        timeout (float): Seconds, above 0, that an address or a file may take
            to be opened, and then to give more; after that it is an error.
            Drivers of cameras have limits of their own. Defaults to 10.

    Yields:
        LiveFrame: A frame.

    Raises:
        ValueError: If ``frames_per_second`` or ``timeout`` is not above 0.
        VideoError: If the source cannot be opened, breaks off or gives
            nothing for too long.
    """
    if frames_per_second is not None and frames_per_second <= 0:
        raise ValueError(
            f'frames_per_second must be above 0, but is {frames_per_second}')
    if timeout <= 0:
        raise ValueError(f'timeout must be above 0, but is {timeout}')
    frames = (_iter_camera(int(source)) if source.isdecimal() else
              _iter_container(source, timeout))
    step = 1 / frames_per_second if frames_per_second else 0.
    due = 0.
    with closing(frames):
        for frame in frames:
            if frame.seconds >= due - 1e-6:
                yield frame
                due = max(due + step, frame.seconds + step / 2)


def _iter_camera(number: int) -> Iterator[LiveFrame]:
    camera = cv2.VideoCapture(number)
    try:
        if not camera.isOpened():
            raise VideoError(
                f'camera {number} cannot be opened; check its number, and '
                f'whether another program has it')
        began, count = cv2.getTickCount(), 0
        while True:
            taken, image = camera.read()
            if not taken:  # a camera has no end of its own
                raise VideoError(
                    f'camera {number} gives nothing more after {count} '
                    f'frames; check that it is connected')
            seconds = (cv2.getTickCount() - began) / cv2.getTickFrequency()
            yield LiveFrame(count, seconds, image[..., ::-1].copy())
            count += 1
    finally:
        camera.release()


def _iter_container(source: str, timeout: float) -> Iterator[LiveFrame]:
    to_rgb = RGBConverter()
    count, first, rate = 0, None, 0.
    try:
        with av.open(local_path(source) if Path(source).is_file() else source,
                     metadata_errors='replace',
                     timeout=timeout) as container:
            if not container.streams.video:
                raise VideoError(f'{source} has no video stream')
            stream = container.streams.video[0]
            rate = float(stream.average_rate or stream.guessed_rate or 25)
            for frame in _decode(container, stream):
                seconds = frame.time
                if seconds is None:
                    seconds = count / rate
                first = seconds if first is None else first
                image = to_rgb(frame)
                turns = (frame.rotation // 90) % 4
                yield LiveFrame(count, seconds - first,
                                np.rot90(image, turns) if turns else image)
                count += 1
    except av.error.FFmpegError as error:
        where = f'after {count} frames' if count else 'at its beginning'
        if isinstance(error, av.error.ExitError):  # how FFmpeg is interrupted
            raise VideoError(
                f'stream {source} gave nothing for {timeout:g} s {where}; '
                f'check that the camera or the server still runs') from error
        raise VideoError(
            f'stream {source} cannot be read {where} ({error.strerror}); '
            f'check the address, or encode the file again') from error


def _decode(container: av.container.InputContainer,
            stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    """All frames; a damaged packet costs its frames and nothing else."""
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError as error:
            print(f'a packet was lost: {error.strerror}', file=sys.stderr)
            continue
        yield from frames
