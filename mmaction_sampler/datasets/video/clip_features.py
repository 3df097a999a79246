"""Motion and residuals of clips, at the size that a network takes."""
from collections import defaultdict
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

import cv2
import numpy as np

from .compressed import CompressedReader, FrameFeatures
from .motion import MACROBLOCK


class ClipFeatures(NamedTuple):
    """Features of one clip of L frames, channels first.

    Attributes:
        motion_displacement (np.ndarray): Pixels (x, y) at the size asked
            for, float32 ``(L, 2, h, w)``, ``h = ceil(H / 16)``.
        motion_coverage (np.ndarray): Share of each cell that has motion
            vectors, float32 ``(L, h, w)`` in [0, 1].
        p_frame_mask (np.ndarray): Frames that have motion and residual, bool
            ``(L, )``; the others are I-frames, and zero.
        rgb_residual (np.ndarray, optional): int16 ``(L, 3, H, W)`` in
            [-255, 255].
    """
    motion_displacement: np.ndarray
    motion_coverage: np.ndarray
    p_frame_mask: np.ndarray
    rgb_residual: Optional[np.ndarray]


def resize_picture(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a picture, as the mean over covered pixels where it shrinks.

    Args:
        image (np.ndarray): ``(H, W, C)`` of a type that OpenCV knows.
        height (int): New height.
        width (int): New width.

    Returns:
        np.ndarray: ``(height, width, C)``.
    """
    if image.shape[:2] == (height, width):
        return image
    shrinks = image.shape[0] >= height and image.shape[1] >= width
    return cv2.resize(
        np.ascontiguousarray(image), (width, height),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def iter_clip_features(
        reader: CompressedReader,
        clips: np.ndarray,
        size: Optional[Tuple[int, int]] = None) -> Iterator[ClipFeatures]:
    """Features of clips, one clip after the other in bounded memory.

    Args:
        reader (CompressedReader): The video.
        clips (np.ndarray): Frame numbers, ascending within each clip, clips
            in ascending order of their last frames, integer ``(n, L)``.
        size (tuple[int, int], optional): H and W to resize to, regardless of
            the aspect ratio; displacements are scaled along. Defaults to
            None, the video's own.

    Yields:
        ClipFeatures: One for each clip, in order.

    Raises:
        ValueError: If the clips are not in order.
        VideoError: If a frame cannot be decoded.
    """
    clips = np.asarray(clips, np.int64)
    ends = clips[:, -1]
    if (np.diff(ends) < 0).any() or (np.diff(clips, axis=1) < 0).any():
        raise ValueError(
            'clips must be in ascending order, and so must be the frames of '
            'each; sort them')
    places: Dict[int, List[Tuple[int, int]]] = defaultdict(list)
    for clip, frames in enumerate(clips.tolist()):
        for place, number in enumerate(frames):
            places[number].append((clip, place))
    begun: Dict[int, List[_Resized]] = defaultdict(
        lambda: [None] * clips.shape[1])
    done = 0
    for features in reader.iter_features(clips):
        resized = _resized(features, size)
        for clip, place in places.pop(features.number):
            begun[clip][place] = resized
        while done < len(ends) and ends[done] <= features.number:
            yield _stack(begun.pop(done))
            done += 1


class _Resized(NamedTuple):
    """A frame's features as they go into a clip."""
    displacement: np.ndarray
    coverage: np.ndarray
    is_p_frame: bool
    rgb_residual: Optional[np.ndarray]


def _resized(features: FrameFeatures,
             size: Optional[Tuple[int, int]]) -> _Resized:
    displacement, coverage = features.motion
    left_over = features.rgb_residual
    if size is not None:
        height, width = size
        rows, columns = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
        scale = np.array([width / features.width, height / features.height],
                         np.float32)
        displacement = resize_picture(displacement, rows, columns) * scale
        coverage = resize_picture(coverage, rows, columns)
        if left_over is not None:
            left_over = resize_picture(left_over, height, width)
    return _Resized(displacement, coverage, not features.is_i_frame,
                    left_over)


def _stack(frames: List[_Resized]) -> ClipFeatures:
    residuals = None
    if frames[0].rgb_residual is not None:
        residuals = _channels_first([f.rgb_residual for f in frames])
    return ClipFeatures(
        _channels_first([f.displacement for f in frames]),
        np.stack([f.coverage for f in frames]),
        np.array([f.is_p_frame for f in frames]), residuals)


def _channels_first(frames: List[np.ndarray]) -> np.ndarray:
    return np.stack([frame.transpose(2, 0, 1) for frame in frames])
