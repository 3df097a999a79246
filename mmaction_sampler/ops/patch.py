"""Where a patch lies in a frame, and cutting it out.

A place is a ``patch_offset`` (y, x) in [0, 1] of the free range, height (or
width) of the frame less the patch size: 0 is the upper (left) edge, 1 the
lower (right) one, whatever the sizes are.
"""
import math

import torch
from torch import Tensor


def grid_offsets(num_positions: int) -> Tensor:
    """Offsets of patch candidates that are spread uniformly over the frame.

    AdaFocus Sec. 3.1: a square grid that includes the frame's corners, in
    rows from the upper left.

    Args:
        num_positions (int): A square number of at least 4; the paper takes
            25, 36, 49 or 64.

    Returns:
        Tensor: Offsets (y, x), float ``(num_positions, 2)`` in [0, 1].

    Raises:
        ValueError: If ``num_positions`` is not such a number.
    """
    side = math.isqrt(max(num_positions, 0))
    if side < 2 or side * side != num_positions:
        raise ValueError(
            f'num_positions must be a square number of at least 4, as 25, 36, '
            f'49 or 64, but got {num_positions}')
    places = torch.arange(side) / (side - 1)
    return torch.cartesian_prod(places, places)


def random_offsets(batch_size: int, num_frames: int,
                   device: torch.device) -> Tensor:
    """Places drawn uniformly, one for each frame.

    Args:
        batch_size (int): B.
        num_frames (int): T.
        device (torch.device): Where the offsets are wanted.

    Returns:
        Tensor: Offsets (y, x), float ``(B, T, 2)`` in [0, 1).
    """
    return torch.rand(batch_size, num_frames, 2, device=device)


def patch_corners(offsets: Tensor, patch_size: int, height: int,
                  width: int) -> Tensor:
    """Upper left pixels of patches: ``floor(offset * (H - P))``.

    Args:
        offsets (Tensor): Offsets (y, x), float ``(..., 2)`` in [0, 1].
        patch_size (int): P, pixels, in ``[1, min(H, W)]``.
        height (int): H of the frame, pixels.
        width (int): W of the frame, pixels.

    Returns:
        Tensor: Pixels (y, x), long ``(..., 2)``.

    Raises:
        ValueError: If the patch does not fit into the frame.
    """
    if not 1 <= patch_size <= min(height, width):
        raise ValueError(
            f'patch_size must be between 1 and the shorter side of the '
            f'{height}x{width} frame, but got {patch_size}')
    free = offsets.new_tensor([height - patch_size, width - patch_size])
    return (offsets * free).floor().long()


def crop_patches(frames: Tensor, inds: Tensor, corners: Tensor,
                 patch_size: int) -> Tensor:
    """Cut M square patches out of N frames, all at once.

    Args:
        frames (Tensor): Float ``(N, C, H, W)``.
        inds (Tensor): The frame of each patch, long ``(M, )`` in [0, N).
        corners (Tensor): Upper left pixels (y, x) inside the frame, long
            ``(M, 2)``.
        patch_size (int): P, pixels.

    Returns:
        Tensor: Patches, float ``(M, C, P, P)``.
    """
    # A view (N, C, H - P + 1, W - P + 1, P, P): only what is taken is copied.
    windows = frames.unfold(2, patch_size, 1).unfold(3, patch_size, 1)
    return windows[inds, :, corners[:, 0], corners[:, 1]]


def patch_boxes(corners: Tensor, patch_size: int) -> Tensor:
    """The patches as boxes, to draw and to store.

    Args:
        corners (Tensor): Upper left pixels (y, x), long ``(..., 2)``.
        patch_size (int): P, pixels.

    Returns:
        Tensor: Boxes xyxy, pixels, float ``(..., 4)``; right and lower edges
        are exclusive.
    """
    upper_left = corners.flip(-1)
    return torch.cat([upper_left, upper_left + patch_size], dim=-1).float()
