"""Models in the wrappers of distributed training."""
from mmengine.registry import MODEL_WRAPPERS
from torch import nn

from mmaction_sampler.models.wrapper import unwrapped


def test_only_a_wrapper_is_taken_off() -> None:
    model = nn.Sequential()
    model.module = nn.Identity()  # a child of that name is no wrapper
    assert unwrapped(model) is model
    wrapper = MODEL_WRAPPERS.get('MMDistributedDataParallel')
    wrapper = wrapper.__new__(wrapper)
    nn.Module.__init__(wrapper)
    wrapper.module = model
    assert unwrapped(wrapper) is model
