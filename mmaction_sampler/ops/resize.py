"""Smaller images, by the fastest operator that gives the same."""
import torch.nn.functional as F
from torch import Tensor


def resize(images: Tensor, size: int, mode: str = 'bilinear') -> Tensor:
    """Resize images to squares, as ``torch.nn.functional.interpolate`` does.

    Where the sides shrink by a whole number k, bilinear interpolation (with
    ``align_corners=False``, without antialiasing) takes the pixel in the
    middle of every k x k block if k is odd, and the mean of the four in the
    middle if it is even. On a CPU that takes half of the time.

    Args:
        images (Tensor): Float ``(N, C, H, W)``.
        size (int): Side of the result, pixels, at least 1.
        mode (str): Of ``interpolate``. Defaults to ``'bilinear'``.

    Returns:
        Tensor: Float ``(N, C, size, size)``; the images themselves if they
        have that size.
    """
    height, width = images.shape[-2:]
    if (height, width) == (size, size):
        return images
    factor = height // size
    # The same on all devices, so that a model costs the same on them.
    if mode != 'bilinear' or height != width or factor * size != height:
        return F.interpolate(images, size=(size, size), mode=mode)
    first = (factor - 1) // 2  # of the one or two pixels in the middle
    if factor % 2:
        return images[..., first::factor, first::factor].contiguous()
    rows = (images[..., first::factor, :]
            + images[..., first + 1::factor, :])
    columns = rows[..., first::factor] + rows[..., first + 1::factor]
    return columns.mul_(0.25)
