"""Cutting patches at real-valued places, with a gradient to the place."""
import torch
from torch import Tensor

from .precision import full_precision


def bilinear_patches(frames: Tensor, patch_offset: Tensor,
                     patch_size: int) -> Tensor:
    """Cut one patch out of every frame, differentiable in its place.

    AdaFocusV2's interpolation-based patch selection. Every pixel of a patch
    is interpolated between four pixels of the frame; since the patch is not
    scaled, all its pixels share the four weights. The values are those of
    ``torch.nn.functional.grid_sample`` with ``align_corners=False``, but at
    whole pixels they equal the plain crop exactly, which the rounding of
    normalised coordinates would not give.

    Args:
        frames (Tensor): Frames, float ``(N, C, H, W)``.
        patch_offset (Tensor): Top-left corners (y, x) in [0, 1] of the free
            ranges H - P and W - P, float ``(N, 2)``.
        patch_size (int): Side P of the patches, pixels, in [1, min(H, W)].

    Returns:
        Tensor: Patches, type of ``frames``, ``(N, C, P, P)``, with a
        gradient to ``patch_offset`` and to ``frames``.

    Raises:
        ValueError: If a patch does not fit into the frames.
    """
    height, width = frames.shape[-2:]
    corner = _top_left(patch_offset, patch_size, height, width)
    free = corner.new_tensor([height - patch_size, width - patch_size])
    # The last whole corner is reached from the one before it (weight 1), so
    # that the gradient there is that of the interior.
    whole = corner.detach().floor().minimum(free - 1).clamp(min=0)
    # NaN is no place. It goes on in the weight, to where it is explained.
    whole = whole.nan_to_num(0.)
    weight = (corner - whole).to(frames.dtype)  # (N, 2)
    span = torch.arange(patch_size + 1, device=frames.device)
    rows = (whole[:, :1].long() + span).clamp(max=height - 1)  # (N, P + 1)
    columns = (whole[:, 1:].long() + span).clamp(max=width - 1)
    frame = torch.arange(frames.shape[0], device=frames.device)[:, None, None]
    # The gathered axes come first: (N, P + 1, P + 1, C).
    crops = frames[frame, :, rows[:, :, None], columns[:, None, :]]
    weight = weight[:, :, None, None, None]
    crops = torch.lerp(crops[:, :-1], crops[:, 1:], weight[:, 0])
    crops = torch.lerp(crops[:, :, :-1], crops[:, :, 1:], weight[:, 1])
    return crops.permute(0, 3, 1, 2)  # (N, C, P, P), channels last


def offset_boxes(patch_offset: Tensor, patch_size: int, height: int,
                 width: int) -> Tensor:
    """Boxes of patches at real-valued places.

    Args:
        patch_offset (Tensor): Corners (y, x) in [0, 1], ``(..., 2)``.
        patch_size (int): Side P of the patches, pixels.
        height (int): H of the frames, pixels.
        width (int): W of the frames, pixels.

    Returns:
        Tensor: xyxy in pixels of the frames, float ``(..., 4)``.

    Raises:
        ValueError: If a patch does not fit into the frames.
    """
    corner = _top_left(patch_offset, patch_size, height, width).flip(-1)
    return torch.cat([corner, corner + patch_size], dim=-1)


def _top_left(patch_offset: Tensor, patch_size: int, height: int,
              width: int) -> Tensor:
    """Top-left corners (y, x) in pixels, at least float32, ``(..., 2)``."""
    if not 1 <= patch_size <= min(height, width):
        raise ValueError(
            f'patch_size must be between 1 and the side of the frames '
            f'({height}x{width} px), but got {patch_size}')
    offset = full_precision(patch_offset)
    return offset * offset.new_tensor(
        [height - patch_size, width - patch_size])
