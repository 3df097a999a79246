"""Predictions of frames from earlier ones by motion alone."""
from typing import Literal, Optional

import numpy as np

from .blocks import Blocks, locate_blocks
from .container import VideoError
from .motion import Accumulation, pixel_shifts, warp
from .motion_vectors import CodedFrame
from .rgb import RGBConverter

#: What a frame is predicted from: the frame before it, or its group's
#: I-frame through all the frames between.
Reference = Literal['previous', 'i_frame']


class Picture:
    """A coded frame, of which everything is worked out once, if at all.

    Args:
        coded (CodedFrame): The frame.
        to_rgb (RGBConverter): The converter.
    """

    def __init__(self, coded: CodedFrame, to_rgb: RGBConverter) -> None:
        self.coded = coded
        self._to_rgb = to_rgb
        self._image: Optional[np.ndarray] = None
        self._blocks: Optional[Blocks] = None

    def rgb(self) -> np.ndarray:
        """The frame in coded orientation, uint8 ``(H, W, 3)``."""
        if self._image is None:
            self._image = self._to_rgb(self.coded.frame)
        return self._image

    def blocks(self) -> Blocks:
        """The blocks that it was predicted in."""
        if self._blocks is None:
            self._blocks = locate_blocks(
                self.coded.motion_vectors, self.coded.frame.height,
                self.coded.frame.width)
        return self._blocks


class FromPreviousFrame:
    """Predicts a frame from the one before it; SCSampler Sec. 3.3.1."""

    def __init__(self) -> None:
        self._reference: Optional[Picture] = None
        self._picture: Optional[Picture] = None

    def add(self, picture: Picture) -> None:
        """Go on to the next frame.

        Args:
            picture (Picture): The frame.
        """
        self._reference, self._picture = self._picture, picture

    def predict(self) -> np.ndarray:
        """Predict the frame added last.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.

        Raises:
            VideoError: If the frame before it is missing.
        """
        if self._reference is None:
            raise VideoError(
                f'frame {self._picture.coded.number} refers to a frame that '
                f'is not in the file; encode it again')
        return warp(self._reference.rgb(),
                    pixel_shifts(self._picture.blocks()))


class FromIFrame:
    """Predicts a frame from its group's I-frame by accumulated motion."""

    def __init__(self) -> None:
        self._accumulation: Optional[Accumulation] = None
        self._i_frame: Optional[Picture] = None

    def add(self, picture: Picture) -> None:
        """Go on to the next frame.

        Args:
            picture (Picture): The frame.

        Raises:
            VideoError: If the group has no I-frame.
        """
        coded = picture.coded
        if coded.is_i_frame:
            self._i_frame = picture
            if self._accumulation is None:
                self._accumulation = Accumulation(coded.frame.height,
                                                  coded.frame.width)
            self._accumulation.reset()
        elif self._accumulation is None:
            raise VideoError(
                f'frame {coded.number} refers to a frame that is not in the '
                f'file; encode it again')
        else:
            self._accumulation.update(pixel_shifts(picture.blocks()))

    def predict(self) -> np.ndarray:
        """Predict the frame added last.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.
        """
        return self._accumulation.predict(self._i_frame.rgb())


PREDICTORS = {'previous': FromPreviousFrame, 'i_frame': FromIFrame}
