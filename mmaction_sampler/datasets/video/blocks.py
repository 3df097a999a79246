"""The blocks that a frame was predicted in, and how their content moved.

Displacement is that of the content from the earlier frame to the later one,
in pixels (x, y), x to the right and y down: the opposite of the codec's
vector, which leads from a block back to where it is copied from.
"""
from typing import NamedTuple, Sequence, Tuple

import numpy as np

#: Side of a macroblock, the cell of the motion displacement; SCSampler
#: Sec. 3.3.1.
MACROBLOCK = 16
#: Side of the smallest block that FFmpeg tells apart.
SMALLEST_BLOCK = 8


class Blocks(NamedTuple):
    """The n blocks of F frames of one size; intra blocks are absent.

    Attributes:
        grid (tuple[int, int]): Rows and columns of macroblocks of a frame,
            ``ceil(H / 16)`` and ``ceil(W / 16)``.
        num_frames (int): F.
        vectors (np.ndarray): FFmpeg's structured array, ``(n, )``.
        cell (np.ndarray): Numbers of the macroblocks that they lie in, frame
            after frame and row after row, int64 ``(n, )``. Blocks are no
            larger than a macroblock and inside one.
        displacement (np.ndarray): Pixels (x, y) from the earlier to the
            later frame, float64 ``(n, 2)``.
        undivided (bool): Whether each is a macroblock of 16 x 16 pixels.
    """
    grid: Tuple[int, int]
    num_frames: int
    vectors: np.ndarray
    cell: np.ndarray
    displacement: np.ndarray
    undivided: bool


def locate_blocks(motion_vectors: Sequence[np.ndarray], height: int,
                  width: int) -> Blocks:
    """Find where blocks lie and how their content moved.

    Args:
        motion_vectors (Sequence[np.ndarray]): FFmpeg's structured array of
            each frame, F of ``(n, )``; n may differ.
        height (int): H of the frames in pixels.
        width (int): W of the frames in pixels.

    Returns:
        Blocks: The same blocks, without those of macroblocks that lie
        outside the frame. Those at the right and bottom border, of which
        some is inside, are kept.
    """
    rows, columns = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
    vectors = _joined(motion_vectors)
    # The cell of a block's centre holds all of it.
    row, column = vectors['dst_y'] >> 4, vectors['dst_x'] >> 4
    frame = np.repeat(np.arange(len(motion_vectors)),
                      [len(of_frame) for of_frame in motion_vectors])
    if _reaches(row, rows) or _reaches(column, columns):
        inside = (row >= 0) & (row < rows) & (column >= 0) & (
            column < columns)
        vectors, row, column, frame = (
            values[inside] for values in (vectors, row, column, frame))
    cell = (frame * rows + row) * columns + column
    undivided = (vectors['w'] == MACROBLOCK) & (vectors['h'] == MACROBLOCK)
    return Blocks((rows, columns), len(motion_vectors), vectors, cell,
                  _displacement(vectors), bool(undivided.all()))


def _reaches(places: np.ndarray, limit: int) -> bool:
    """Whether some lie outside, in the part of a picture that is cut off."""
    return bool(len(places)) and not 0 <= places.min() <= places.max() < limit


def _joined(motion_vectors: Sequence[np.ndarray]) -> np.ndarray:
    # NumPy would copy field by field.
    kind = motion_vectors[0].dtype
    return np.concatenate(
        [of_frame.view(f'V{kind.itemsize}') for of_frame in motion_vectors]
    ).view(kind)


def _displacement(motion_vectors: np.ndarray) -> np.ndarray:
    # A vector to an earlier frame leads back in time, one to a later frame
    # forward. Some codecs give vectors that are all zero a scale of zero.
    scale = np.maximum(motion_vectors['motion_scale'], 1) * np.where(
        motion_vectors['source'] < 0, -1., 1.)
    vectors = np.empty((len(motion_vectors), 2))
    np.divide(motion_vectors['motion_x'], scale, out=vectors[:, 0])
    np.divide(motion_vectors['motion_y'], scale, out=vectors[:, 1])
    return vectors
