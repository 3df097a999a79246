"""From the codec's blocks to dense motion, and to what motion leaves over."""
from functools import lru_cache
from typing import List, NamedTuple, Tuple

import cv2
import numpy as np

from .blocks import MACROBLOCK, SMALLEST_BLOCK, Blocks


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


def motion_fields(blocks: Blocks) -> List[MotionField]:
    """Rasterise blocks to one cell for each macroblock.

    SCSampler Sec. 3.3.1: motion displacement of size H/16 x W/16 x 2. The
    grid is rounded up.

    Args:
        blocks (Blocks): Of F frames of H x W pixels.

    Returns:
        list[MotionField]: F, with ``h = ceil(H / 16)``,
        ``w = ceil(W / 16)``.
    """
    rows, columns = blocks.grid
    num_cells = blocks.num_frames * rows * columns
    from_later = bool((blocks.vectors['source'] > 0).any())
    if blocks.undivided and not from_later:
        # One block in a cell at most: nothing to average.
        mean = np.zeros((num_cells, 2), np.float32)
        coverage = np.zeros(num_cells, np.float32)
        mean[blocks.cell], coverage[blocks.cell] = blocks.displacement, 1
    else:
        mean, coverage = _average(blocks, num_cells, from_later)
    return list(map(MotionField, mean.reshape(-1, rows, columns, 2),
                    coverage.reshape(-1, rows, columns)))


def _average(blocks: Blocks, num_cells: int,
             from_later: bool) -> Tuple[np.ndarray, np.ndarray]:
    """Mean displacement and coverage of each cell, float32."""
    area = blocks.vectors['w'] * blocks.vectors['h'].astype(np.float64)
    weighted = blocks.displacement * area[:, None]
    total = np.bincount(blocks.cell, area, num_cells)
    mean = np.stack([
        np.bincount(blocks.cell, weighted[:, 0], num_cells),
        np.bincount(blocks.cell, weighted[:, 1], num_cells)
    ], 1)
    mean /= np.maximum(total, 1)[:, None]
    if from_later:
        total = _area_once(blocks, area, num_cells)
    coverage = np.minimum(total / MACROBLOCK**2, 1)
    return mean.astype(np.float32), coverage.astype(np.float32)


def _area_once(blocks: Blocks, area: np.ndarray,
               num_cells: int) -> np.ndarray:
    """Area covered in each cell, blocks predicted from both sides once."""
    places = np.stack([blocks.cell, blocks.vectors['dst_x'],
                       blocks.vectors['dst_y']], 1)
    _, first = np.unique(places, axis=0, return_index=True)
    return np.bincount(blocks.cell[first], area[first], num_cells)


def pixel_shifts(blocks: Blocks) -> np.ndarray:
    """Displacement in whole pixels of the smallest blocks.

    Args:
        blocks (Blocks): Of F frames of H x W pixels, each predicted from the
            frame before it.

    Returns:
        np.ndarray: Pixels (x, y), int64 ``(F, h, w, 2)``; zero in intra
        blocks. One for each macroblock, ``h = ceil(H / 16)``, or where some
        are divided one for 8 x 8 pixels, ``h = 2 * ceil(H / 16)``.
    """
    rows, columns = blocks.grid
    num_cells = blocks.num_frames * rows * columns
    cell, vectors = blocks.cell, blocks.vectors
    whole = np.rint(blocks.displacement)
    if blocks.undivided:
        shifts = np.zeros((num_cells, 2), np.int64)
        shifts[cell] = whole
        return shifts.reshape(-1, rows, columns, 2)
    shifts = np.zeros((num_cells, 2, 2, 2), np.int64)
    tall, wide = vectors['h'] == MACROBLOCK, vectors['w'] == MACROBLOCK
    lower, right = vectors['dst_y'] >> 3 & 1, vectors['dst_x'] >> 3 & 1
    for half in np.ndindex(2, 2):
        inside = (tall | (lower == half[0])) & (wide | (right == half[1]))
        shifts[(cell[inside], *half)] = whole[inside]
    return shifts.reshape(-1, columns, 2, 2, 2).swapaxes(1, 2).reshape(
        -1, 2 * rows, 2 * columns, 2)


def warp(reference: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Move the blocks of a picture, as a decoder predicts from it.

    Beyond the border the picture's outermost pixels go on.

    Args:
        reference (np.ndarray): The earlier picture, ``(H, W, C)``.
        shifts (np.ndarray): Of one frame by :func:`pixel_shifts`.

    Returns:
        np.ndarray: The prediction, ``(H, W, C)``; not contiguous where W is
        no multiple of 16. Its pixel p is the reference's pixel p - shift(p).
    """
    if not shifts.any():
        return reference
    height, width, channels = reference.shape
    cell = MACROBLOCK if len(shifts) == -(-height // MACROBLOCK) else (
        SMALLEST_BLOCK)
    rows, columns = shifts.shape[:2]
    first, last = _furthest(height, width, rows, columns, cell)
    shifts = np.minimum(np.maximum(shifts, first), last)
    padded = cv2.copyMakeBorder(reference, cell, cell, cell, cell,
                                cv2.BORDER_REPLICATE)
    pitch = padded.shape[1]
    # One element is a row of a block, so that NumPy copies whole rows; one
    # begins at every pixel.
    pixel = channels * reference.itemsize
    starts = np.ndarray((padded.shape[0] * pitch - cell + 1, ),
                        f'V{cell * pixel}', padded, strides=(pixel, ))
    back = shifts[..., 1] * pitch + shifts[..., 0]
    sources = _places(rows, columns, cell, pitch) - back[:, None]
    moved = starts[sources.reshape(-1, columns)[:height]]
    return moved.view(reference.dtype).reshape(
        height, columns * cell, channels)[:, :width]


@lru_cache(maxsize=16)
def _furthest(height: int, width: int, rows: int, columns: int,
              cell: int) -> Tuple[np.ndarray, np.ndarray]:
    """Shifts of blocks that come from just beyond the border.

    A block that lies wholly outside has the same pixels wherever it is.

    Returns:
        tuple[np.ndarray, np.ndarray]: Pixels (x, y), the least and the
        greatest, int64 ``(rows, columns, 2)``.
    """
    home = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)),
                    -1) * cell
    return home - (width, height), home + cell


@lru_cache(maxsize=16)
def _places(rows: int, columns: int, cell: int, pitch: int) -> np.ndarray:
    """Pixels of a padded picture that rows of unmoved blocks begin at.

    Returns:
        np.ndarray: int64 ``(rows, cell, columns)``.
    """
    y = (np.arange(rows * cell).reshape(rows, cell, 1) + cell) * pitch
    return y + (np.arange(columns) + 1) * cell


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
    # Faster than a subtraction that widens both.
    left_over = frame.astype(np.int16)
    left_over -= prediction
    return left_over


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
            shifts (np.ndarray): The frame's, by :func:`pixel_shifts`.
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
