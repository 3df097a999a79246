"""The clock tells the networks' passes from what lies around them."""
import pytest
import torch
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
        self.unnamed = Network()


@pytest.fixture
def clock_module(analysis_tool, monkeypatch):
    module = analysis_tool('network_clock')
    monkeypatch.setattr(module.time, 'perf_counter', lambda: Watch.seconds)
    return module


@pytest.fixture
def clock_and_model(clock_module):
    model = Model()
    return clock_module.NetworkClock(model), model


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


def test_what_is_no_component_is_not_timed(clock_and_model):
    clock, model = clock_and_model
    model.unnamed(torch.randn(3, 2))
    assert clock.seconds() == dict(forward=0, backward=0)


def test_networks_of_a_plain_recognizer(clock_module):
    """Backbone and head of MMAction2's, not what normalises the frames."""
    model = nn.ModuleDict(
        {name: Network() for name in ('data_preprocessor', 'backbone',
                                      'cls_head')})
    clock = clock_module.NetworkClock(model)
    with torch.no_grad():
        for network in model.values():
            network(torch.randn(3, 2))
    assert clock.seconds() == dict(forward=2, backward=0)
