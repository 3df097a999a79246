"""Labels of a video."""
from typing import Any, Tuple

import numpy as np
import torch


def labels_of(label: Any) -> Tuple[int, ...]:
    """Class numbers of a video, however they are given.

    Args:
        label (Any): As MMAction2's data sets and samples have it: a class
            number, class numbers, or zeros and ones, a float tensor
            ``(num_classes, )``.

    Returns:
        tuple[int, ...]: Class numbers, ascending.
    """
    if torch.is_tensor(label) and label.is_floating_point():
        return tuple(label.nonzero().flatten().tolist())
    return tuple(sorted(np.atleast_1d(label).tolist()))
