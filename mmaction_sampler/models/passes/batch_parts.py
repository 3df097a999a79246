"""Which videos of a batch are tested, and which of them together."""
from typing import Iterator, Sequence

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

# As float32. Larger ones gain nothing on a CPU and need more memory; see
# docs/performance.md.
_PART_BYTES = 64 * 2**20


def fitting_parts(data: dict, device: torch.device) -> Iterator[dict]:
    """Cut a batch, on a CPU, into parts whose frames fit its caches.

    Args:
        data (dict): ``inputs`` and ``data_samples``, lists of B, at least 1.
        device (torch.device): Where it is tested.

    Yields:
        dict: The same of some of the videos, in order. All of them together
        on a GPU, or if they differ in size.
    """
    inputs: Sequence[Tensor] = data['inputs']
    count = len(inputs)
    # Smaller videos would be padded to the largest of their part.
    if (device.type == 'cpu'
            and all(isinstance(v, Tensor) for v in inputs)
            and all(v.shape == inputs[0].shape for v in inputs)):
        fitting = max(_PART_BYTES // (4 * inputs[0].numel()), 1)
        count = -(-count // -(-count // fitting))  # parts of equal size
    for start in range(0, len(inputs), count):
        yield {k: v[start:start + count] for k, v in data.items()}


def readable(data: dict) -> dict:
    """The batch without placeholders of undecodable videos.

    Args:
        data (dict): ``inputs`` and ``data_samples``, lists of B.

    Returns:
        dict: The same without the samples marked ``unreadable``.
    """
    samples: Sequence[ActionDataSample] = data['data_samples']
    keep = [i for i, s in enumerate(samples) if not s.get('unreadable')]
    if len(keep) == len(samples):
        return data
    return {k: [v[i] for i in keep] for k, v in data.items()}
