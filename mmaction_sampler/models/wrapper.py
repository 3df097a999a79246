"""Models in the wrappers of distributed training."""
from mmengine.model import is_model_wrapper
from torch import nn


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself.

    Args:
        model (nn.Module): A model, or a wrapper of MMEngine's around one.

    Returns:
        nn.Module: What the wrapper holds; the model, if there is none.
    """
    return model.module if is_model_wrapper(model) else model
