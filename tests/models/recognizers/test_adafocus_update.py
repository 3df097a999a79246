"""AdaFocus' training step inside the distributed wrapper."""
import pytest
import torch
import torch.distributed as dist
from helpers import samples, tiny_adafocus
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from mmengine.registry import MODEL_WRAPPERS
from torch.nn.parallel import DistributedDataParallel


@pytest.fixture
def one_process():
    """A process group of this process alone."""
    dist.init_process_group(
        'gloo', store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def wrap(model, kind):
    """As the runner does."""
    assert issubclass(MODEL_WRAPPERS.get(kind), DistributedDataParallel)
    return MODEL_WRAPPERS.build(
        dict(type=kind, module=model, device_ids=None,
             find_unused_parameters=True))


def train(wrapper, stage, num_update_epochs, accumulative_counts=1):
    """One step; the state afterwards, and how often the policy stepped."""
    torch.manual_seed(0)
    model = MODELS.build(tiny_adafocus(
        ppo=dict(type='PPOLoss', num_update_epochs=num_update_epochs)))
    whole = wrap(model, wrapper) if wrapper else model
    model.set_stage(stage)
    optim_wrapper = OptimWrapper(
        torch.optim.SGD([p for p in model.parameters() if p.requires_grad],
                        lr=0.1), accumulative_counts)
    torch.manual_seed(1)
    inputs = [torch.randint(0, 256, (5, 3, 32, 32)) for _ in range(3)]
    whole.train_step(
        dict(inputs=inputs, data_samples=samples([0, 1, 2])), optim_wrapper)
    return model.state_dict(), optim_wrapper._inner_count


@pytest.mark.parametrize('wrapper,stage,num_update_epochs', [
    ('MMDistributedDataParallel', 'policy', 1),
    ('PPODistributedDataParallel', 'policy', 3),
    ('PPODistributedDataParallel', 'warmup', 3),
])
def test_wrapped_equals_plain(one_process, wrapper, stage,
                              num_update_epochs):
    plain, count = train(None, stage, num_update_epochs)
    wrapped, wrapped_count = train(wrapper, stage, num_update_epochs)
    assert count == wrapped_count == (
        num_update_epochs if stage == 'policy' else 1)
    for key, value in plain.items():
        torch.testing.assert_close(wrapped[key], value, msg=key)


def test_mmengines_wrapper_is_refused_for_several_updates(one_process):
    with pytest.raises(ValueError, match='PPODistributedDataParallel'):
        train('MMDistributedDataParallel', 'policy', 3)


def test_several_updates_are_not_added_up():
    train(None, 'warmup', 3, accumulative_counts=2)
    with pytest.raises(ValueError, match='accumulative_counts=2; set one'):
        train(None, 'policy', 3, accumulative_counts=2)
