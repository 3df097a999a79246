"""What SCSampler's visual networks see of each frame of a file."""
from itertools import chain
from typing import Iterator, List, Literal, NamedTuple, Optional

import numpy as np

from .index import read_index
from .container import Closing, VideoError, errors_name
from .motion import MotionField, residual
from .motion_vectors import (REENCODE, CodedFrame, MotionSource,
                             choose_source, group_starts, iter_coded_frames,
                             open_for_vectors)
from .prediction import PREDICTORS, Picture, Predictor, Reference, pictures
from .rgb import RGBConverter


class FrameFeatures(NamedTuple):
    """Features of one frame, in coded orientation.

    Attributes:
        number (int): Place in display order, from 0.
        height (int): H in pixels.
        width (int): W in pixels.
        is_i_frame (bool): Whether it has neither motion nor residual; both
            are zero then.
        motion (MotionField): At 1/16 of the resolution, rounded up.
        rgb_residual (np.ndarray, optional): int16 ``(H, W, 3)`` in
            [-255, 255]; None if the reader was not asked for it.
        rgb (np.ndarray, optional): The frame, uint8 ``(H, W, 3)``; None like
            ``rgb_residual``.
    """
    number: int
    height: int
    width: int
    is_i_frame: bool
    motion: MotionField
    rgb_residual: Optional[np.ndarray]
    rgb: Optional[np.ndarray]


class _Run(NamedTuple):
    """Frames that are decoded in one go, from an I-frame on."""
    start: int
    stop: int


class CompressedReader(Closing):
    """Reads motion and residuals of chosen frames of a video file.

    Only the groups that hold chosen frames are decoded, where the container
    can seek. Use it in a ``with`` statement or call :meth:`close`.

    Args:
        filename (str): Path of a video file.
        residual_from (str, optional): ``'previous'`` for residuals between
            adjacent frames, ``'i_frame'`` for those against the group's
            I-frame after accumulated motion. Defaults to None, motion alone,
            which needs no pixels and is several times faster.
        motion_source (str): ``'auto'`` takes the file's own vectors where
            they are exact and else encodes the frames anew in memory;
            ``'raw'`` and ``'normalised'`` insist on one of the two. Defaults
            to ``'auto'``.

    Attributes:
        motion_source (str): What was done, ``'raw'`` or ``'normalised'``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If an option is none of those named.
        VideoError: If the file is no video, or its codec has no vectors.
    """

    def __init__(
            self,
            filename: str,
            residual_from: Optional[Reference] = None,
            motion_source: Literal['auto', 'raw', 'normalised'] = 'auto'
    ) -> None:
        if residual_from is not None and residual_from not in PREDICTORS:
            raise ValueError(
                f"residual_from must be None or one of {list(PREDICTORS)}, "
                f'but got {residual_from!r}')
        self.filename = str(filename)
        self.motion_source: MotionSource = choose_source(
            self.filename, read_index(self.filename), motion_source)
        self._residual_from = residual_from
        self._to_rgb = RGBConverter()
        self._reader = open_for_vectors(self.filename, self.motion_source,
                                        residual_from is not None)

    def __len__(self) -> int:
        """Frames in the file."""
        return len(self._reader)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def iter_features(self,
                      frame_inds: np.ndarray) -> Iterator[FrameFeatures]:
        """Features of frames, each computed when it is asked for.

        Args:
            frame_inds (np.ndarray): Numbers of the frames, in any order,
                possibly repeated, integer ``(N, )``.

        Yields:
            FrameFeatures: One for each different number, ascending.

        Raises:
            IndexError: If a number is outside the file.
            VideoError: If a frame cannot be decoded.
        """
        numbers = np.unique(np.asarray(frame_inds, np.int64))
        if len(numbers) and not 0 <= numbers[0] <= numbers[-1] < len(self):
            raise IndexError(
                f'frames {numbers[0]} to {numbers[-1]} are not all in video '
                f'{self.filename}, which has frames 0 to {len(self) - 1}')
        wanted = iter(numbers.tolist())
        number = next(wanted, None)
        with errors_name(self.filename):
            for run in self._runs(numbers):
                for features in self._iter_run(run, set(numbers.tolist())):
                    if features.number != number:
                        break
                    yield features
                    number = next(wanted, None)
        if number is not None:
            raise VideoError(
                f'frame {number} of video {self.filename} cannot be decoded; '
                f'encode it again with {REENCODE} or remove it')

    def _runs(self, numbers: np.ndarray) -> List[_Run]:
        """Join the groups of frames that lie side by side."""
        starts = group_starts(self._reader.index, self.motion_source, numbers)
        gaps = np.flatnonzero(starts[1:] > numbers[:-1] + 1)
        firsts = starts[np.append(0, gaps + 1)] if len(starts) else starts
        lasts = numbers[np.append(gaps, -1)] if len(starts) else numbers
        return [_Run(start, last + 1)
                for start, last in zip(firsts.tolist(), lasts.tolist())]

    def _iter_run(self, run: _Run, wanted: set) -> Iterator[FrameFeatures]:
        predictor = (None if self._residual_from is None else
                     PREDICTORS[self._residual_from]())
        for picture in pictures(self._coded_frames(run), self._to_rgb):
            if predictor is not None:
                predictor.add(picture)
            number = picture.coded.number
            if number >= run.start and number in wanted:
                yield _features(picture, predictor)

    def _coded_frames(self, run: _Run) -> Iterator[CodedFrame]:
        frames = iter_coded_frames(self._reader, self.motion_source, *run)
        first = next(frames, None)
        if self._residual_from and run.start and not (
                first and first.is_i_frame):
            # Some containers call every frame a key frame.
            return iter_coded_frames(self._reader, self.motion_source, 0,
                                     run.stop)
        return chain([first] if first else [], frames)


def _features(picture: Picture,
              predictor: Optional[Predictor]) -> FrameFeatures:
    coded = picture.coded
    left_over = image = None
    if predictor is not None:
        image = picture.rgb()
        left_over = np.zeros(image.shape, np.int16) if (
            coded.is_i_frame) else residual(image, predictor.predict())
    return FrameFeatures(coded.number, coded.frame.height, coded.frame.width,
                         coded.is_i_frame, picture.motion(), left_over, image)
