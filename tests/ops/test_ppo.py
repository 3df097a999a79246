"""PPO in closed form and against sums written out."""
import pytest
import torch

from mmaction_sampler.ops import (clipped_surrogate_loss, diagnostics,
                                  discounted_returns, normalize_returns,
                                  value_loss)


def double(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_returns_by_hand():
    returns = discounted_returns(double([1, 2, 4], [0, 0, 1]), 0.5)
    torch.testing.assert_close(returns, double([3, 4, 4], [0.25, 0.5, 1]))


@pytest.mark.parametrize('gamma', [0., 0.7, 1.])
def test_returns_equal_the_recursion(gamma):
    torch.manual_seed(0)
    rewards = torch.randn(4, 9, dtype=torch.float64)
    expected, later = torch.empty_like(rewards), torch.zeros(4)
    for t in reversed(range(9)):
        later = rewards[:, t] + gamma * later
        expected[:, t] = later
    torch.testing.assert_close(
        discounted_returns(rewards, gamma), expected, rtol=1e-6, atol=1e-12)


def test_normalisation_is_unbiased_and_over_all():
    returns = normalize_returns(double([1, 2], [3, 6]), eps=0.)
    variance = (4 + 1 + 0 + 9) / 3
    torch.testing.assert_close(
        returns, double([-2, -1], [0, 3]) / variance**0.5)
    assert normalize_returns(double([5])).item() == 0


def test_normalisation_of_equal_returns_is_finite():
    assert normalize_returns(torch.full((2, 3), 0.3)).abs().max() < 1e-2


@pytest.mark.parametrize('ratio,advantage,objective', [
    (1.0, 2.0, 2.0),
    (1.1, 2.0, 2.2),
    (1.5, 2.0, 2.4),  # no reward for going further up
    (0.5, 2.0, 1.0),  # but a penalty for having gone down
    (0.5, -2.0, -1.6),
    (1.5, -2.0, -3.0),
])
def test_clipped_surrogate(ratio, advantage, objective):
    log_probs = double([ratio]).log().requires_grad_()
    loss = clipped_surrogate_loss(
        log_probs, double([1.]).log(), double([advantage]), 0.2)
    assert loss.item() == pytest.approx(-objective)
    loss.backward()
    clipped = objective != pytest.approx(ratio * advantage)
    assert (log_probs.grad.item() == 0) == clipped


def test_gradient_of_the_first_update_is_the_policy_gradient():
    torch.manual_seed(0)
    log_probs = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    advantages = torch.randn(2, 3, dtype=torch.float64)
    clipped_surrogate_loss(
        log_probs, log_probs.detach(), advantages, 0.2).backward()
    torch.testing.assert_close(log_probs.grad, -advantages / 6)


def test_value_loss_is_a_mean_of_squares():
    assert value_loss(double([1, 2]), double([3, 2])).item() == 2


def test_diagnostics():
    ratio = double([1.0, 1.5, 0.9, 0.5])
    result = diagnostics(ratio.log(), torch.zeros_like(ratio), 0.2)
    assert result.clip_fraction.item() == 0.5
    expected = (ratio - 1 - ratio.log()).mean()
    torch.testing.assert_close(result.approx_kl, expected)
    assert result.approx_kl >= 0
