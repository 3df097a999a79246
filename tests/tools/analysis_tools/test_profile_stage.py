"""The profile tells the networks' passes from what lies around them."""
import importlib
import json

import pytest
import torch
from helpers import REPOSITORY, run_python, tiny_config, tiny_ocsampler
from torch import nn


class Watch:
    """A clock that only `Sleep` moves."""
    seconds = 0.


class Sleep(torch.autograd.Function):
    """Identity that takes a second, forward and backward."""

    @staticmethod
    def forward(ctx, x):
        Watch.seconds += 1
        return x * 1

    @staticmethod
    def backward(ctx, grad):
        Watch.seconds += 1
        return grad


class Network(nn.Module):

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return Sleep.apply(self.linear(x))


class Model(nn.Module):
    components = ('first', 'second')

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(Network())
        self.second = Network()


@pytest.fixture()
def clock_and_model(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / 'tools/analysis_tools'))
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    module = importlib.import_module('profile_stage')
    monkeypatch.setattr(module.time, 'perf_counter', lambda: Watch.seconds)
    model = Model()
    return module.NetworkClock(model), model


def test_time_outside_the_networks_is_not_theirs(clock_and_model):
    clock, model = clock_and_model
    features = Sleep.apply(model.first(torch.randn(3, 2)))
    Sleep.apply(model.second(features)).sum().backward()
    assert clock.seconds() == dict(forward=2, backward=2)


def test_a_pass_without_gradient_has_no_backward_time(clock_and_model):
    clock, model = clock_and_model
    with torch.no_grad():
        features = model.first(torch.randn(3, 2))
    model.second(features).sum().backward()
    assert clock.seconds() == dict(forward=2, backward=1)
    clock.reset()
    assert clock.seconds() == dict(forward=0, backward=0)


def test_profile_of_both_stages(tmp_path, ann_file):
    cfg = tiny_config(ann_file, tmp_path, tiny_ocsampler())
    cfg.test_pipeline = [dict(type='CenterCrop', crop_size=32)]
    cfg.dump(tmp_path / 'config.py')
    for stage in ('warmup', 'policy'):
        result = run_python(
            tmp_path,
            str(REPOSITORY / 'tools/analysis_tools/profile_stage.py'),
            'config.py', '--stage', stage, '--iterations', '2', '--json',
            'profile.json')
        assert result.returncode == 0, result.stderr[-2000:]
        figures = json.loads((tmp_path / 'profile.json').read_text())
        assert figures['stage'] == stage
        assert 0 < figures['forward_seconds'] < figures['iteration_seconds']
        assert 0 < figures['backward_seconds'] < figures['iteration_seconds']
        assert 0 < figures['overhead'] < 1
        assert f'stage {stage!r}' in result.stdout
