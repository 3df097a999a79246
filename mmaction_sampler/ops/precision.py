"""Leaving half precision where numbers have to be exact."""
import torch
from torch import Tensor


def full_precision(values: Tensor) -> Tensor:
    """Half precision to float32; float32 and float64 as they are.

    Args:
        values (Tensor): Floating-point, any shape.

    Returns:
        Tensor: The same values, at least float32.
    """
    half = values.dtype in (torch.float16, torch.bfloat16)
    return values.float() if half else values
