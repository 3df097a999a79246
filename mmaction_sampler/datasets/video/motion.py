"""From the codec's blocks to dense motion, and to what motion leaves over.

Displacement is that of the content from the earlier frame to the later one,
in pixels (x, y), x to the right and y down: the opposite of the codec's
vector, which leads from a block back to where it is copied from.
"""
from typing import NamedTuple, Tuple

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
    # forward.
    scale = motion_vectors['motion_scale'] * np.where(
        motion_vectors['source'] < 0, -1., 1.)
    # Some codecs have a scale of zero for vectors that are all zero.
    scale[scale == 0] = 1.
    vectors = np.empty((len(motion_vectors), 2))
    np.divide(motion_vectors['motion_x'], scale, out=vectors[:, 0])
    np.divide(motion_vectors['motion_y'], scale, out=vectors[:, 1])
    return vectors


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
    row = np.clip(motion_vectors['dst_y'] // MACROBLOCK, 0, rows - 1)
    column = np.clip(motion_vectors['dst_x'] // MACROBLOCK, 0, columns - 1)
    cell = row.astype(np.intp) * columns + column
    area = motion_vectors['w'].astype(np.float64) * motion_vectors['h']
    vectors = block_displacement(motion_vectors)
    total = np.bincount(cell, area, size)
    mean = np.stack([
        np.bincount(cell, area * vectors[:, 0], size),
        np.bincount(cell, area * vectors[:, 1], size)
    ], 1)
    mean /= np.maximum(total, 1)[:, None]
    if (motion_vectors['source'] > 0).any():
        total = _area_once(motion_vectors, cell, area, size)
    coverage = np.minimum(total / MACROBLOCK**2, 1)
    return MotionField(
        mean.reshape(rows, columns, 2).astype(np.float32),
        coverage.reshape(rows, columns).astype(np.float32))


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
        np.ndarray: Pixels (x, y), int64 ``(2 * ceil(H / 16),
        2 * ceil(W / 16), 2)``, one for 8 x 8 pixels; zero in intra blocks.
    """
    rows, columns = -(-height // MACROBLOCK), -(-width // MACROBLOCK)
    # Rows and columns of macroblocks, and of halves inside of them.
    shifts = np.zeros((rows, 2, columns, 2, 2), np.int64)
    y, x = motion_vectors['dst_y'], motion_vectors['dst_x']
    inside = (y >= 0) & (x >= 0) & (y < rows * MACROBLOCK) & (
        x < columns * MACROBLOCK)
    if not inside.all():
        motion_vectors = motion_vectors[inside]
        y, x = y[inside], x[inside]
    vectors = np.rint(block_displacement(motion_vectors)).astype(np.int64)
    row, column = y // MACROBLOCK, x // MACROBLOCK
    tall = motion_vectors['h'] == MACROBLOCK
    wide = motion_vectors['w'] == MACROBLOCK
    whole = tall & wide
    if whole.all():
        shifts[row, :, column] = vectors[:, None, None]
        return shifts.reshape(2 * rows, 2 * columns, 2)
    lower, right = y // SMALLEST_BLOCK % 2, x // SMALLEST_BLOCK % 2
    for kind, half_row, half_column in (
        (whole, slice(None), slice(None)),
        (wide & ~tall, lower, slice(None)),
        (tall & ~wide, slice(None), right),
        (~tall & ~wide, lower, right)):
        if kind.any():
            _fill(shifts, kind, (row, half_row, column, half_column), vectors)
    return shifts.reshape(2 * rows, 2 * columns, 2)


def _fill(shifts: np.ndarray, kind: np.ndarray, place: Tuple,
          vectors: np.ndarray) -> None:
    """Write the vectors of one shape of block."""
    place = tuple(p if isinstance(p, slice) else p[kind] for p in place)
    halves = sum(isinstance(p, slice) for p in place)
    values = vectors[kind]
    shifts[place] = values.reshape(len(values), *(1, ) * halves, 2)


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
    cell = SMALLEST_BLOCK
    whole = shifts[::2, ::2]
    if (np.array_equal(whole, shifts[1::2, ::2])
            and np.array_equal(whole, shifts[::2, 1::2])
            and np.array_equal(whole, shifts[1::2, 1::2])):
        shifts, cell = whole, MACROBLOCK
    rows, columns = shifts.shape[:2]
    # A block that lies wholly outside has the same pixels wherever it is.
    x = np.arange(columns) * cell - shifts[..., 0]
    x = np.clip(x, -cell, width)
    y = np.repeat(-shifts[..., 1], cell, 0)[:height]
    y = np.clip(y + np.arange(height)[:, None], -1, height)
    padded = cv2.copyMakeBorder(reference, 1, 1, cell, cell,
                                cv2.BORDER_REPLICATE)
    # One element is a row of a block, so that NumPy copies whole rows; one
    # begins at every pixel.
    pixel = channels * reference.itemsize
    pitch = width + 2 * cell
    starts = np.ndarray((padded.shape[0] * pitch - cell + 1, ),
                        f'V{cell * pixel}', padded, strides=(pixel, ))
    x = np.repeat(x, cell, 0)[:height]
    moved = starts[(y + 1) * pitch + x + cell]
    return moved.view(reference.dtype).reshape(
        height, columns * cell, channels)[:, :width]


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
