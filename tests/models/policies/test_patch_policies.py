"""Learned and fixed patch policies, and the skip policy."""
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

SIZES = dict(in_channels=5, feature_size=(3, 2), encoder_channels=4,
             hidden_channels=6)


def build(kind, **options):
    torch.manual_seed(0)
    policy = MODELS.build(dict(type=kind, **options))
    for layer in policy.modules():
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight)
    return policy


def maps(batch_size=2, num_frames=4):
    torch.manual_seed(1)
    return torch.randn(batch_size, num_frames, 5, 3, 2)


def test_starts_uniform():
    policy = MODELS.build(dict(type='PatchPolicy', num_positions=25, **SIZES))
    probs = policy(maps()).distribution.probs
    torch.testing.assert_close(probs, torch.full((2, 4, 25), 1 / 25))


def test_one_call_equals_the_loop_over_frames():
    """Frame by frame with a GRU cell, as the paper writes it."""
    policy = build('PatchPolicy', num_positions=25, **SIZES)
    x = maps()
    output = policy(x)
    conv, _, _, linear, _ = policy.recurrent_encoder.encoder
    gru = policy.recurrent_encoder.gru
    cell = nn.GRUCell(6, 6)
    cell.load_state_dict({k[:-3]: v for k, v in gru.state_dict().items()})
    state = torch.zeros(2, 6)
    for t in range(4):
        code = linear(conv(x[:, t]).relu().flatten(1)).relu()
        state = cell(code, state)
        torch.testing.assert_close(
            output.distribution.probs[:, t],
            policy.actor(state).softmax(dim=-1))
        torch.testing.assert_close(
            output.values[:, t], policy.critic(state)[:, 0])


@pytest.mark.parametrize('kind,method', [('PatchPolicy', 'best_offsets'),
                                         ('SkipPolicy', 'keep_prob')])
def test_goes_on_from_a_state(kind, method):
    choose = getattr(build(kind, **SIZES), method)
    whole, last = choose(maps())
    first, state = choose(maps()[:, :3])
    rest, state = choose(maps()[:, 3:], state)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole)
    torch.testing.assert_close(state, last)


def test_best_place_is_the_most_probable():
    policy = build('PatchPolicy', num_positions=25, **SIZES)
    actions = policy(maps()).distribution.probs.argmax(dim=-1)
    offsets, _ = policy.best_offsets(maps())
    assert torch.equal(offsets, policy.offsets(actions))
    assert policy.offsets(torch.tensor([[0, 4, 5, 24]])).tolist() == [
        [[0, 0], [0, 1], [0.25, 0], [1, 1]]]


def test_drawn_places_follow_the_policy():
    policy = build('PatchPolicy', num_positions=25, **SIZES)
    x = maps(1, 1)
    drawn = policy.draw_offsets(x.expand(5000, 1, 5, 3, 2))
    matches = (drawn[:, 0, None] == policy.grid).all(-1).float().mean(0)
    torch.testing.assert_close(
        matches, policy(x).distribution.probs[0, 0], atol=0.03, rtol=0)


def test_wrong_feature_size_is_named():
    with pytest.raises(ValueError, match=r'\(5, 3, 2\).*\(5, 2, 3\)'):
        build('PatchPolicy', **SIZES)(maps().transpose(3, 4))


def test_skip_policy_keeps_with_its_probability():
    policy = build('SkipPolicy', **SIZES)
    output = policy(maps())
    probs, _ = policy.keep_prob(maps())
    torch.testing.assert_close(output.distribution.probs, probs)
    torch.manual_seed(0)
    drawn = torch.stack([output.distribution.sample() for _ in range(3000)])
    assert set(drawn.unique().tolist()) == {0., 1.}
    torch.testing.assert_close(drawn.mean(0), probs, atol=0.04, rtol=0)


def test_outputs_are_full_precision_under_autocast():
    for kind in ('PatchPolicy', 'SkipPolicy'):
        with torch.autocast('cpu', torch.bfloat16):
            output = build(kind, **SIZES)(maps())
        assert output.values.dtype == torch.float32
        assert output.distribution.logits.dtype == torch.float32


@pytest.mark.parametrize('kind', ['CenterPatchPolicy', 'RandomPatchPolicy',
                                  'GaussianPatchPolicy'])
def test_fixed_policies(kind):
    torch.manual_seed(0)
    policy = MODELS.build(dict(type=kind))
    x = torch.empty(100, 50, 0)
    offsets, state = policy.best_offsets(x)
    assert offsets.shape == policy.draw_offsets(x).shape == (100, 50, 2)
    assert state.shape == (100, 0)
    assert offsets.mean() == pytest.approx(0.5, abs=0.02)
    # Uniform: sqrt(1 / 12). A standard Gaussian within [-1, 1]: less.
    spread = dict(CenterPatchPolicy=0., RandomPatchPolicy=0.289,
                  GaussianPatchPolicy=0.270)[kind]
    assert offsets.std() == pytest.approx(spread, abs=0.01)
    assert offsets.min() >= 0 and offsets.max() <= 1
    if kind == 'GaussianPatchPolicy':  # not heaped up at the edges
        assert ((offsets == 0) | (offsets == 1)).float().mean() < 1e-3
