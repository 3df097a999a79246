"""The ways to aggregate clips."""
from typing import Dict, List

import pytest
import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.necks import Aggregator, FastGRU

KINDS = ('FastGRU', 'GRUAggregator', 'LSTMAggregator', 'ConcatAggregator',
         'AverageAggregator')
POOLING = ('GRUAggregator', 'LSTMAggregator')
CHANNELS = 8


def build(kind: str, channels: int = CHANNELS) -> Aggregator:
    """An aggregator in float64 and eval mode."""
    options = {} if kind == 'AverageAggregator' else dict(channels=channels)
    return MODELS.build(dict(type=kind, **options)).double().eval()


def maps(num_clips: int = 5, length: int = 2) -> Tensor:
    """Feature maps ``(2, N, C, L, 3, 4)``."""
    return torch.rand(2, num_clips, CHANNELS, length, 3, 4,
                      dtype=torch.float64)


def sigmoid(value: Tensor) -> Tensor:
    """As it is printed in books."""
    return 1 / (1 + torch.exp(-value))


def by_the_equations(weights: Dict[str, Tensor],
                     clips: List[Tensor]) -> Tensor:
    """FAST-GRU's Eq. 3 and 4 at one place: vectors x_t and o_t."""
    matrix = {k: v[:, :, 0, 0, 0] for k, v in weights.items()}

    def joint(name: str, x: Tensor, o: Tensor) -> Tensor:
        both = matrix[f'{name}.weight']
        return both[:, :len(x)] @ x + both[:, len(x):] @ o

    o = clips[0]
    for x in clips[1:]:
        r_narrow = joint('read_compress', x, o).clamp(min=0)
        z_narrow = joint('update_compress', x, o).clamp(min=0)
        r = sigmoid(matrix['read_recover.weight'] @ r_narrow)
        z = sigmoid(matrix['update_recover.weight'] @ z_narrow)
        candidate = torch.tanh(
            matrix['candidate_input.weight'] @ x +
            matrix['candidate_state.weight'] @ (r * o))
        o = (1 - z) * o + z * candidate
    return o


@torch.no_grad()
def test_fast_gru_against_a_plain_loop() -> None:
    network, clips = build('FastGRU'), maps()
    output = network(clips)
    weights = network.state_dict()
    assert output.shape == clips[:, 0].shape
    for video in range(2):
        for place in torch.cartesian_prod(*map(torch.arange, (2, 3, 4))):
            at = (slice(None), *place.tolist())
            expected = by_the_equations(
                weights, [clip[at] for clip in clips[video]])
            torch.testing.assert_close(
                output[video][at], expected, rtol=1e-9, atol=1e-12)


@torch.no_grad()
def test_gru_against_a_plain_loop() -> None:
    network, clips = build('GRUAggregator'), maps()
    pooled = clips.mean(dim=(-3, -2, -1))  # (2, N, C)
    matrix = {k: v.flatten(1) for k, v in network.state_dict().items()}
    for video in range(2):
        o = pooled[video, 0]
        for x in pooled[video, 1:]:
            both = torch.cat([x, o])
            r = sigmoid(matrix['read.weight'] @ both)
            z = sigmoid(matrix['update.weight'] @ both)
            candidate = torch.tanh(matrix['candidate_input.weight'] @ x +
                                   matrix['candidate_state.weight'] @ (r * o))
            o = (1 - z) * o + z * candidate
        torch.testing.assert_close(
            network(clips)[video].flatten(), o, rtol=1e-9, atol=1e-12)


@torch.no_grad()
def test_lstm_is_that_of_torch() -> None:
    network, clips = build('LSTMAggregator'), maps()
    cell = torch.nn.LSTMCell(CHANNELS, CHANNELS).double()
    # Torch has the gates in the order write, keep, candidate, read.
    keep, write, read, candidate = network.gates.weight.chunk(4)
    weight = torch.cat([write, keep, candidate, read])
    keep, write, read, candidate = network.gates.bias.chunk(4)
    cell.weight_ih.copy_(weight[:, :CHANNELS])
    cell.weight_hh.copy_(weight[:, CHANNELS:])
    cell.bias_ih.copy_(torch.cat([write, keep, candidate, read]))
    cell.bias_hh.zero_()
    pooled = clips.mean(dim=(-3, -2, -1))
    state = (pooled[:, 0], pooled[:, 0])
    for t in range(1, clips.shape[1]):
        state = cell(pooled[:, t], state)
    torch.testing.assert_close(network(clips).flatten(1), state[0])


@torch.no_grad()
def test_concat_against_a_plain_loop() -> None:
    network, clips = build('ConcatAggregator'), maps()
    network.norm.running_mean.uniform_()
    network.norm.running_var.uniform_(0.5, 2)
    o = clips[:, 0]
    for t in range(1, clips.shape[1]):
        joint = torch.einsum(
            'dc,bcthw->bdthw', network.project_output.weight.flatten(1), o)
        joint += torch.einsum(
            'dc,bcthw->bdthw', network.project_input.weight.flatten(1),
            clips[:, t])
        mean, var = (v.view(-1, 1, 1, 1) for v in (
            network.norm.running_mean, network.norm.running_var))
        o = ((joint - mean) / (var + network.norm.eps).sqrt()).clamp(min=0)
    torch.testing.assert_close(network(clips), o)


def test_average_is_the_mean() -> None:
    clips = maps()
    network = build('AverageAggregator')
    for t, output in enumerate(network.outputs(clips), 1):
        torch.testing.assert_close(output, clips[:, :t].mean(dim=1))


@pytest.mark.parametrize('kind', KINDS)
def test_first_clip_is_the_first_state(kind: str) -> None:
    clips = maps(num_clips=1)
    expected = clips[:, 0]
    if kind in POOLING:
        expected = expected.mean(dim=(-3, -2, -1), keepdim=True)
    torch.testing.assert_close(build(kind)(clips), expected)


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('clip_len', [8, 16, 32])
def test_resolution_of_the_state(kind: str, clip_len: int) -> None:
    clips = maps(length=clip_len // 8)
    shape = (1, 1, 1) if kind in POOLING else clips.shape[-3:]
    for output in build(kind).outputs(clips):
        assert output.shape == (2, CHANNELS, *shape)


@pytest.mark.parametrize('kind', KINDS)
def test_steps_are_the_whole(kind: str) -> None:
    network, clips = build(kind), maps()
    state = None
    for clip, expected in zip(clips.unbind(1), network.outputs(clips)):
        state = network.step(clip, state)
        assert torch.equal(state[0], expected)
    assert torch.equal(state[0], network(clips))


@pytest.mark.parametrize('kind', KINDS)
def test_gradient_reaches_every_clip(kind: str) -> None:
    clips = maps(num_clips=32).requires_grad_()
    build(kind)(clips).square().sum().backward()
    assert (clips.grad.abs().sum(dim=(0, 2, 3, 4, 5)) > 0).all()


@pytest.mark.parametrize('length', [1, 2, 4])
def test_cost_of_fast_gru(length: int) -> None:
    """3.5 C^2 multiply-adds a place: 14.68 M for C = 2048, r = 4."""
    channels = 64
    step = count_macs(FastGRU(channels), [torch.zeros(
        1, 2, channels, length, 7, 7)])
    assert step == 3.5 * channels**2 * 49 * length
    assert 3.5 * 2048**2 == pytest.approx(14.68e6, rel=1e-3)


def test_reduction_has_to_divide() -> None:
    with pytest.raises(ValueError, match='reduction must divide channels=6'):
        FastGRU(6, reduction=4)
