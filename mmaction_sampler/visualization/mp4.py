"""Pictures in a row, as an mp4 file."""
from fractions import Fraction
from types import TracebackType
from typing import Optional, Type

import av
import numpy as np


class Mp4Writer:
    """Writes pictures of one size; use it in a ``with`` statement.

    Args:
        path (str): File to write.
        rate (int): Pictures a second.

    Raises:
        OSError: If the file cannot be written.
    """

    def __init__(self, path: str, rate: int) -> None:
        self._rate = rate
        self._count = 0
        self._container = av.open(path, 'w', format='mp4')
        codec = 'libx264' if 'libx264' in av.codecs_available else 'mpeg4'
        self._stream = self._container.add_stream(codec, rate=rate)
        self._stream.pix_fmt = 'yuv420p'

    def add(self, image: np.ndarray, repeats: int = 1) -> None:
        """Show a picture.

        Args:
            image (np.ndarray): RGB uint8 ``(H, W, 3)``, both sides even.
            repeats (int): How many pictures long. Defaults to 1.
        """
        if not self._count:
            self._stream.height, self._stream.width = image.shape[:2]
        for _ in range(repeats):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts, frame.time_base = self._count, Fraction(1, self._rate)
            self._container.mux(self._stream.encode(frame))
            self._count += 1

    def __enter__(self) -> 'Mp4Writer':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        try:
            if self._count:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
