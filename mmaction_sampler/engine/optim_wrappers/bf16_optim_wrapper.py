"""Mixed precision where there is no accelerator."""
from contextlib import contextmanager
from typing import Iterator, Optional

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn
from torch.optim import Optimizer


@OPTIM_WRAPPERS.register_module()
class BF16OptimWrapper(OptimWrapper):
    """Forward passes in bfloat16, on whatever device the model is.

    MMEngine's ``AmpOptimWrapper`` refuses to work without an accelerator.
    bfloat16 has float32's range, so losses need no scaling; weights and
    optimiser stay in float32. It is faster on CPUs that compute in it.

    Args:
        optimizer (Optimizer): Updates the weights.
        accumulative_counts (int): Batches whose gradients are added up for
            an update. Defaults to 1.
        clip_grad (dict, optional): See ``OptimWrapper``. Defaults to None.
    """

    def __init__(self,
                 optimizer: Optimizer,
                 accumulative_counts: int = 1,
                 clip_grad: Optional[dict] = None) -> None:
        super().__init__(optimizer, accumulative_counts, clip_grad)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run what is inside in bfloat16.

        Args:
            model (nn.Module): What runs forward there.
        """
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(
                device, dtype=torch.bfloat16):
            yield
