"""Networks in channels-last layout learn what they learn in any other."""
import subprocess
import sys

import pytest
import torch
from helpers import REPOSITORY
from torch import nn

from mmaction_sampler.models.passes import use_channels_last

GRADIENTS = '''
import sys

sys.path.insert(0, 'tests')
import torch
import mmaction_sampler
from helpers import candidates, samples, tiny_classifier
from mmaction.registry import MODELS
from mmaction_sampler.models.passes import use_channels_last
from mmengine.registry import init_default_scope

torch.set_num_threads(2)
init_default_scope('mmaction')
videos = candidates()


def gradients(channels_last):
    torch.manual_seed(0)
    model = MODELS.build(tiny_classifier())
    if channels_last:
        use_channels_last(model)
    model.loss(videos, samples([0, 1, 2]))['loss_cls'].backward()
    return {n: p.grad for n, p in model.named_parameters()}


plain, last = gradients(False), gradients(True)
print([name for name, gradient in plain.items()
       if not torch.allclose(gradient, last[name], rtol=1e-3, atol=1e-5)])
'''


def test_narrow_strided_convolutions_have_the_same_gradients():
    # In a process of its own: oneDNN's kernel can take it along.
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', GRADIENTS], cwd=REPOSITORY,
        capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.splitlines()[-1] == '[]'


@pytest.mark.parametrize('stride, side', [(2, 1), ((1, 2), 1), (2, 4)])
def test_depthwise_gradients_in_bf16(stride, side):
    """Where oneDNN would add what is in memory, if only now and then."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 48, 1),
        nn.Conv2d(48, 48, 3, stride=stride, padding=1, groups=48))
    images = torch.randn(15, 3, side, side)
    network(images).sum().backward()
    expected = [p.grad.clone() for p in network.parameters()]
    use_channels_last(network)
    for _ in range(20):
        used = [torch.full((size, ), 1e30) for size in (10**3, 10**5)]
        del used  # what comes next gets their memory
        network.zero_grad()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            network(images).sum().backward()
        for given, gradient in zip(network.parameters(), expected):
            largest = gradient.abs().max()
            torch.testing.assert_close(given.grad / largest,
                                       gradient / largest, rtol=0, atol=0.05)
