"""Predictions of frames from earlier ones by motion alone."""
from typing import Literal, Optional

import av
import numpy as np

from .container import VideoError
from .motion import Accumulation, pixel_shifts, warp
from .motion_vectors import CodedFrame
from .rgb import RGBConverter

#: What a frame is predicted from: the frame before it, or its group's
#: I-frame through all the frames between.
Reference = Literal['previous', 'i_frame']


class Picture:
    """A decoded frame that is converted to RGB once, if at all.

    Args:
        frame (av.VideoFrame): The frame.
        to_rgb (RGBConverter): The converter.
    """

    def __init__(self, frame: av.VideoFrame, to_rgb: RGBConverter) -> None:
        self._frame = frame
        self._to_rgb = to_rgb
        self._image: Optional[np.ndarray] = None

    def rgb(self) -> np.ndarray:
        """The frame in coded orientation, uint8 ``(H, W, 3)``."""
        if self._image is None:
            self._image = self._to_rgb(self._frame)
        return self._image


class FromPreviousFrame:
    """Predicts a frame from the one before it; SCSampler Sec. 3.3.1."""

    def __init__(self) -> None:
        self._reference: Optional[Picture] = None
        self._picture: Optional[Picture] = None
        self._coded: Optional[CodedFrame] = None

    def add(self, coded: CodedFrame, picture: Picture) -> None:
        """Go on to the next frame.

        Args:
            coded (CodedFrame): The frame.
            picture (Picture): The same frame's pixels.
        """
        self._reference, self._picture = self._picture, picture
        self._coded = coded

    def predict(self) -> np.ndarray:
        """Predict the frame added last.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.

        Raises:
            VideoError: If the frame before it is missing.
        """
        if self._reference is None:
            raise VideoError(
                f'frame {self._coded.number} refers to a frame that is not in '
                f'the file; encode it again')
        image = self._reference.rgb()
        return warp(
            image, pixel_shifts(self._coded.motion_vectors, *image.shape[:2]))


class FromIFrame:
    """Predicts a frame from its group's I-frame by accumulated motion."""

    def __init__(self) -> None:
        self._accumulation: Optional[Accumulation] = None
        self._i_frame: Optional[Picture] = None

    def add(self, coded: CodedFrame, picture: Picture) -> None:
        """Go on to the next frame.

        Args:
            coded (CodedFrame): The frame.
            picture (Picture): The same frame's pixels.

        Raises:
            VideoError: If the group has no I-frame.
        """
        size = coded.frame.height, coded.frame.width
        if coded.is_i_frame:
            self._i_frame = picture
            if self._accumulation is None:
                self._accumulation = Accumulation(*size)
            self._accumulation.reset()
        elif self._accumulation is None:
            raise VideoError(
                f'frame {coded.number} refers to a frame that is not in the '
                f'file; encode it again')
        else:
            self._accumulation.update(
                pixel_shifts(coded.motion_vectors, *size))

    def predict(self) -> np.ndarray:
        """Predict the frame added last.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.
        """
        return self._accumulation.predict(self._i_frame.rgb())


PREDICTORS = {'previous': FromPreviousFrame, 'i_frame': FromIFrame}
