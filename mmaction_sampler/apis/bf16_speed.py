"""Whether bfloat16 is any faster on this processor."""
import time

import torch
from torch.nn import functional as F

# A convolution of ResNet's middle, small enough for 0.1 s where it crawls.
_CHANNELS, _SIDE = 128, 28
_REPEATS = 10


@torch.no_grad()
def bf16_slowdown() -> float:
    """Time of a convolution in bfloat16 by its time in float32, on the CPU.

    Measured, because no flag of a processor tells: without AVX-512 it is
    about 10, with ``avx512_bf16`` it has been 0.4 on one processor and 1.7
    on another, whose AMX units the virtual machine hid.

    Returns:
        float: Below 1 if bfloat16 is faster. Processor time, the best of ten
        calls of each, in turns, after one that is not counted.
    """
    images = torch.ones(1, _CHANNELS, _SIDE, _SIDE).to(
        memory_format=torch.channels_last)
    weight = torch.ones(_CHANNELS, _CHANNELS, 3, 3).to(
        memory_format=torch.channels_last)
    pairs = {dtype: (images.to(dtype), weight.to(dtype))
             for dtype in (torch.float32, torch.bfloat16)}
    best = dict.fromkeys(pairs, float('inf'))
    for repeat in range(1 + _REPEATS):
        for dtype, pair in pairs.items():
            start = time.process_time()
            F.conv2d(*pair, padding=1)
            if repeat:
                best[dtype] = min(best[dtype], time.process_time() - start)
    return best[torch.bfloat16] / best[torch.float32]
