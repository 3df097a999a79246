"""PPO as a part of a recognizer."""
import pytest
import torch
from mmaction.registry import MODELS
from torch.distributions import Categorical

from mmaction_sampler.models.policies import PolicyOutput
from mmaction_sampler.ops import Rollout


def build(**options):
    return MODELS.build(dict(type='PPOLoss', **options))


def test_losses_of_the_first_update():
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 4, requires_grad=True)
    values = torch.randn(2, 3, requires_grad=True)
    actions = torch.randint(4, (2, 3))
    output = PolicyOutput(Categorical(logits=logits), values)
    returns = torch.randn(2, 3)
    rollout = Rollout(
        actions, output.distribution.log_prob(actions).detach(), returns)
    losses = build(value_coef=0.5, entropy_coef=(0.4, 0.))(
        output, rollout, stage_progress=0.25)
    advantages = returns - values.detach()
    torch.testing.assert_close(losses['loss_policy'], -advantages.mean())
    torch.testing.assert_close(
        losses['loss_value'], 0.5 * ((values - returns)**2).mean())
    entropy = -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1).mean()
    torch.testing.assert_close(losses['loss_entropy'], -0.3 * entropy)
    torch.testing.assert_close(losses['entropy'], entropy.detach())
    assert losses['approx_kl'] == 0 and losses['clip_fraction'] == 0
    # The critic gives the baseline of the policy gradient and no gradient.
    losses['loss_policy'].backward()
    assert values.grad is None and logits.grad.abs().sum() > 0


def test_returns_can_stay_as_they_are():
    rewards = torch.tensor([[1., 2.]])
    plain = build(gamma=0.5, normalize_returns=False).returns(rewards)
    torch.testing.assert_close(plain, torch.tensor([[2., 2.]]))
    assert build(gamma=0.5).returns(torch.randn(4, 5)).std() == (
        pytest.approx(1, abs=1e-3))


@pytest.mark.parametrize('option', [dict(gamma=1.1), dict(clip_range=0.),
                                    dict(num_update_epochs=0)])
def test_ranges(option):
    name, value = next(iter(option.items()))
    with pytest.raises(ValueError, match=f'{name} must.*{value}'):
        build(**option)
