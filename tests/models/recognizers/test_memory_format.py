"""Networks in channels-last layout learn what they learn in any other."""
import subprocess
import sys

from helpers import REPOSITORY

GRADIENTS = '''
import sys

sys.path.insert(0, 'tests')
import torch
import mmaction_sampler
from helpers import candidates, samples, tiny_classifier
from mmaction.registry import MODELS
from mmaction_sampler.models.recognizers.memory_format import (
    use_channels_last)
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
