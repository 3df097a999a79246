"""Figures as JSON can hold them."""
import math
from typing import Any

import numpy as np
from torch import Tensor


def json_value(value: Any) -> Any:
    """Turn a figure, or many, into what JSON can hold.

    Args:
        value (Any): A number, a tensor or array of any shape, or lists and
            dictionaries of such.

    Returns:
        Any: Numbers, nested lists and dictionaries of them; None for a
        number that is not finite, which JSON has no word for.
    """
    if isinstance(value, (Tensor, np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, dict):
        return {name: json_value(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
