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
        Blocks: The same blocks. Those at the right and bottom border belong
        to the padded picture; they are kept.
    """
    grid = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
    vectors = _joined(motion_vectors)
    cell = _cells(vectors, *grid)
    if len(motion_vectors) > 1:
        cell += np.repeat(
            np.arange(len(motion_vectors)) * (grid[0] * grid[1]),
            [len(of_frame) for of_frame in motion_vectors])
    undivided = (vectors['w'] == MACROBLOCK) & (vectors['h'] == MACROBLOCK)
    return Blocks(grid, len(motion_vectors), vectors, cell,
                  _displacement(vectors), bool(undivided.all()))


def _joined(motion_vectors: Sequence[np.ndarray]) -> np.ndarray:
    # NumPy would copy field by field.
    kind = motion_vectors[0].dtype
    return np.concatenate(
        [of_frame.view(f'V{kind.itemsize}') for of_frame in motion_vectors]
    ).view(kind)


def _cells(motion_vectors: np.ndarray, rows: int,
           columns: int) -> np.ndarray:
    # The cell of a block's centre holds all of it.
    row, column = motion_vectors['dst_y'] >> 4, motion_vectors['dst_x'] >> 4
    cell = row.astype(np.intp) * columns + column
    if len(cell) and (cell.min() < 0 or cell.max() >= rows * columns):
        cell = row.clip(0, rows - 1).astype(np.intp) * columns + column.clip(
            0, columns - 1)
    return cell


def _displacement(motion_vectors: np.ndarray) -> np.ndarray:
    # A vector to an earlier frame leads back in time, one to a later frame
    # forward. Some codecs give vectors that are all zero a scale of zero.
    scale = np.maximum(motion_vectors['motion_scale'], 1) * np.where(
        motion_vectors['source'] < 0, -1., 1.)
    vectors = np.empty((len(motion_vectors), 2))
    np.divide(motion_vectors['motion_x'], scale, out=vectors[:, 0])
    np.divide(motion_vectors['motion_y'], scale, out=vectors[:, 1])
    return vectors
