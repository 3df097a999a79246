"""Predictions of frames from earlier ones by motion alone."""
from functools import cached_property
from itertools import islice
from typing import Iterator, List, Literal, Optional, Union

import numpy as np

from .blocks import locate_blocks
from .container import VideoError
from .motion import (Accumulation, MotionField, motion_fields, pixel_shifts,
                     warp)
from .motion_vectors import CodedFrame
from .rgb import RGBConverter

#: What a frame is predicted from: the frame before it, or its group's
#: I-frame through all the frames between.
Reference = Literal['previous', 'i_frame']

# A call of NumPy takes longer than the blocks of a small frame. Frames and
# their images wait in memory meanwhile.
_PIXELS_AT_ONCE = 2**20


class _Together:
    """Frames of one size whose blocks are worked out at once."""

    def __init__(self, frames: List[CodedFrame]) -> None:
        first = frames[0].frame
        self._blocks = locate_blocks(
            [coded.motion_vectors for coded in frames], first.height,
            first.width)
        self.motion = motion_fields(self._blocks)

    @cached_property
    def shifts(self) -> np.ndarray:
        """Of :func:`pixel_shifts`."""
        return pixel_shifts(self._blocks)


class Picture:
    """A coded frame, of which everything is worked out once, if at all.

    Args:
        coded (CodedFrame): The frame.
        together (_Together): Frames, it among them.
        place (int): Its place there.
        to_rgb (RGBConverter): The converter.
    """

    def __init__(self, coded: CodedFrame, together: _Together, place: int,
                 to_rgb: RGBConverter) -> None:
        self.coded = coded
        self._together = together
        self._place = place
        self._to_rgb = to_rgb
        self._image: Optional[np.ndarray] = None

    def motion(self) -> MotionField:
        """How its content moved."""
        return self._together.motion[self._place]

    def shifts(self) -> np.ndarray:
        """The same in whole pixels, of :func:`pixel_shifts`."""
        return self._together.shifts[self._place]

    def rgb(self) -> np.ndarray:
        """The frame in coded orientation, uint8 ``(H, W, 3)``."""
        if self._image is None:
            self._image = self._to_rgb(self.coded.frame)
        return self._image


def pictures(frames: Iterator[CodedFrame],
             to_rgb: RGBConverter) -> Iterator[Picture]:
    """Work out the motion of frames, of small ones several at once.

    Args:
        frames (Iterator[CodedFrame]): Frames of one size.
        to_rgb (RGBConverter): The converter.

    Yields:
        Picture: One for each frame, in order.
    """
    for first in frames:
        pixels = first.frame.height * first.frame.width
        some = [first, *islice(frames, max(_PIXELS_AT_ONCE // pixels - 1, 0))]
        together = _Together(some)
        for place, coded in enumerate(some):
            yield Picture(coded, together, place, to_rgb)


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
        return warp(self._reference.rgb(), self._picture.shifts())


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
            self._accumulation.update(picture.shifts())

    def predict(self) -> np.ndarray:
        """Predict the frame added last.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.
        """
        return self._accumulation.predict(self._i_frame.rgb())


Predictor = Union[FromPreviousFrame, FromIFrame]
PREDICTORS = {'previous': FromPreviousFrame, 'i_frame': FromIFrame}
