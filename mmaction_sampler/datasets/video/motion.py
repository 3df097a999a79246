"""From the codec's blocks to dense motion, and to what motion leaves over.

Displacement is that of the content from the earlier frame to the later one,
in pixels (x, y), x to the right and y down: the opposite of the codec's
vector, which leads from a block back to where it is copied from.
"""
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

#: Side of a macroblock, the cell of the motion displacement; SCSampler
#: Sec. 3.3.1.
MACROBLOCK = 16
#: Side of the smallest block that FFmpeg tells apart.
SMALLEST_BLOCK = 8


class MotionField(NamedTuple):
    """Dense motion of one frame.

    Attributes:
        displacement (np.ndarray): Pixels (x, y), float32 ``(h, w, 2)``, the
            mean over each cell weighted by covered area; zero where nothing
            is covered.
        coverage (np.ndarray): Share of each cell that is predicted from
            another frame, float32 ``(h, w)`` in [0, 1]; the rest are intra
            blocks.
    """
    displacement: np.ndarray
    coverage: np.ndarray


def block_displacement(motion_vectors: np.ndarray) -> np.ndarray:
    """Displacement of the content of each block.

    Args:
        motion_vectors (np.ndarray): FFmpeg's structured array, ``(n, )``.

    Returns:
        np.ndarray: Pixels (x, y) from the earlier to the later frame, float
        ``(n, 2)``.
    """
    # A vector to an earlier frame leads back in time, one to a later frame
    # forward. Some codecs give vectors that are all zero a scale of zero.
    source = motion_vectors['source']
    scale = np.maximum(motion_vectors['motion_scale'], 1) * np.where(
        source < 0, -1., 1.)
    vectors = np.stack(
        [motion_vectors['motion_x'], motion_vectors['motion_y']], 1)
    return vectors / scale[:, None]


def motion_field(motion_vectors: np.ndarray, height: int,
                 width: int) -> MotionField:
    """Rasterise blocks to one cell for each macroblock.

    SCSampler Sec. 3.3.1: motion displacement of size H/16 x W/16 x 2. Blocks
    at the right and bottom border belong to the padded picture; they are
    kept, and the grid is rounded up.

    Args:
        motion_vectors (np.ndarray): FFmpeg's structured array, ``(n, )``.
        height (int): H of the frame in pixels.
        width (int): W of the frame in pixels.

    Returns:
        MotionField: ``h = ceil(H / 16)``, ``w = ceil(W / 16)``.
    """
    rows, columns = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
    size = rows * columns
    if not len(motion_vectors):
        return MotionField(
            np.zeros((rows, columns, 2), np.float32),
            np.zeros((rows, columns), np.float32))
    # Blocks are no larger than a macroblock and inside one, so that the cell
    # of a block's centre holds all of it.
    cell = _cells(motion_vectors, rows, columns)
    area = motion_vectors['w'] * motion_vectors['h'].astype(np.float64)
    vectors = block_displacement(motion_vectors)
    from_later = (motion_vectors['source'] > 0).any()
    if not from_later and area.min() == MACROBLOCK**2:
        # One block in a cell: nothing to average.
        mean, total = np.zeros((size, 2)), np.zeros(size)
        mean[cell], total[cell] = vectors, MACROBLOCK**2
    else:
        vectors *= area[:, None]
        total = np.bincount(cell, area, size)
        mean = np.stack([
            np.bincount(cell, vectors[:, 0], size),
            np.bincount(cell, vectors[:, 1], size)
        ], 1)
        mean /= np.maximum(total, 1)[:, None]
    if from_later:
        total = _area_once(motion_vectors, cell, area, size)
    coverage = np.minimum(total / MACROBLOCK**2, 1)
    return MotionField(
        mean.reshape(rows, columns, 2).astype(np.float32),
        coverage.reshape(rows, columns).astype(np.float32))


def _cells(motion_vectors: np.ndarray, rows: int,
           columns: int) -> np.ndarray:
    """Numbers of the macroblocks that blocks lie in, row after row."""
    row, column = motion_vectors['dst_y'] >> 4, motion_vectors['dst_x'] >> 4
    cell = row.astype(np.intp) * columns + column
    if len(cell) and (cell.min() < 0 or cell.max() >= rows * columns):
        cell = row.clip(0, rows - 1).astype(np.intp) * columns + column.clip(
            0, columns - 1)
    return cell


def _area_once(motion_vectors: np.ndarray, cell: np.ndarray, area: np.ndarray,
               size: int) -> np.ndarray:
    """Area covered in each cell, blocks predicted from both sides once."""
    places = np.stack([motion_vectors['dst_x'], motion_vectors['dst_y']], 1)
    _, first = np.unique(places, axis=0, return_index=True)
    return np.bincount(cell[first], area[first], size)


def pixel_shifts(motion_vectors: np.ndarray, height: int,
                 width: int) -> np.ndarray:
    """Displacement in whole pixels of the smallest blocks.

    Args:
        motion_vectors (np.ndarray): FFmpeg's structured array, ``(n, )``, of
            a frame that is predicted from the frame before it.
        height (int): H of the frame in pixels.
        width (int): W of the frame in pixels.

    Returns:
        np.ndarray: Pixels (x, y), int64 ``(h, w, 2)``; zero in intra blocks.
        One for each macroblock, ``h = ceil(H / 16)``, or where some are
        divided one for 8 x 8 pixels, ``h = 2 * ceil(H / 16)``.
    """
    rows, columns = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
    cell = _cells(motion_vectors, rows, columns)
    vectors = np.rint(block_displacement(motion_vectors)).astype(np.int64)
    tall = motion_vectors['h'] == MACROBLOCK
    wide = motion_vectors['w'] == MACROBLOCK
    if (tall & wide).all():
        shifts = np.zeros((rows * columns, 2), np.int64)
        shifts[cell] = vectors
        return shifts.reshape(rows, columns, 2)
    shifts = np.zeros((rows * columns, 2, 2, 2), np.int64)
    lower = motion_vectors['dst_y'] >> 3 & 1
    right = motion_vectors['dst_x'] >> 3 & 1
    for half in np.ndindex(2, 2):
        inside = (tall | (lower == half[0])) & (wide | (right == half[1]))
        shifts[(cell[inside], *half)] = vectors[inside]
    return shifts.reshape(rows, columns, 2, 2, 2).swapaxes(1, 2).reshape(
        2 * rows, 2 * columns, 2)


def warp(reference: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Move the blocks of a picture, as a decoder predicts from it.

    Beyond the border the picture's outermost pixels go on.

    Args:
        reference (np.ndarray): The earlier picture, ``(H, W, C)``.
        shifts (np.ndarray): Of :func:`pixel_shifts`.

    Returns:
        np.ndarray: The prediction, ``(H, W, C)``; not contiguous where W is
        no multiple of 16. Its pixel p is the reference's pixel p - shift(p).
    """
    if not shifts.any():
        return reference
    height, width, channels = reference.shape
    cell = MACROBLOCK if len(shifts) == -(-height // MACROBLOCK) else (
        SMALLEST_BLOCK)
    # Where blocks come from. One that lies wholly outside has the same pixels
    # wherever it is.
    rows, columns = shifts.shape[:2]
    home_y, home_x = np.arange(rows)[:, None] * cell, np.arange(columns) * cell
    y = np.clip(home_y - shifts[..., 1], -cell, height) - home_y
    x = np.clip(home_x - shifts[..., 0], -cell, width) - home_x
    padded = cv2.copyMakeBorder(reference, cell, cell, cell, 2 * cell,
                                cv2.BORDER_REPLICATE)
    pitch = padded.shape[1]
    # One element is a row of a block, so that NumPy copies whole rows; one
    # begins at every pixel.
    pixel = channels * reference.itemsize
    starts = np.ndarray((padded.shape[0] * pitch - cell + 1, ),
                        f'V{cell * pixel}', padded, strides=(pixel, ))
    moved = starts[np.repeat(y * pitch + x, cell, 0)[:height] + _places(
        height, columns, cell, pitch)]
    return moved.view(reference.dtype).reshape(
        height, columns * cell, channels)[:, :width]


@lru_cache(maxsize=16)
def _places(height: int, columns: int, cell: int, pitch: int) -> np.ndarray:
    """Pixels of a padded picture that rows of unmoved blocks begin at."""
    rows = (np.arange(height) + cell) * pitch
    return rows[:, None] + (np.arange(columns) + 1) * cell


def residual(frame: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """What is left of a frame after its prediction.

    SCSampler Sec. 3.3.1: RGB-residual. The prediction plus the residual is
    the frame, exactly.

    Args:
        frame (np.ndarray): RGB uint8 ``(H, W, 3)``.
        prediction (np.ndarray): Of :func:`warp`, uint8 ``(H, W, 3)``.

    Returns:
        np.ndarray: int16 ``(H, W, 3)`` in [-255, 255].
    """
    return np.subtract(frame, prediction, dtype=np.int16)


class Accumulation:
    """Where each pixel of a frame comes from in its group's I-frame.

    Follows the shifts from frame to frame back to the I-frame, so that the
    residual is against the I-frame alone and does not depend on the frames
    between.

    Args:
        height (int): H of the frames in pixels.
        width (int): W of the frames in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        y, x = np.mgrid[:height, :width]
        self._pixels = np.stack([x, y], -1).astype(np.int16)
        self._sources = self._pixels

    def reset(self) -> None:
        """Begin a new group with an I-frame."""
        self._sources = self._pixels

    def update(self, shifts: np.ndarray) -> None:
        """Go on by one frame.

        Args:
            shifts (np.ndarray): Of :func:`pixel_shifts`.
        """
        self._sources = np.ascontiguousarray(warp(self._sources, shifts))

    def displacement(self) -> np.ndarray:
        """Displacement since the I-frame.

        Returns:
            np.ndarray: Pixels (x, y), int16 ``(H, W, 2)``.
        """
        return self._pixels - self._sources

    def predict(self, i_frame: np.ndarray) -> np.ndarray:
        """The frame as the I-frame's pixels alone give it.

        Args:
            i_frame (np.ndarray): The group's I-frame, uint8 ``(H, W, 3)``.

        Returns:
            np.ndarray: uint8 ``(H, W, 3)``.
        """
        return cv2.remap(i_frame, self._sources, None, cv2.INTER_NEAREST)
