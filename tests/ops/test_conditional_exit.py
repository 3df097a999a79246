"""Confidence, exits, and thresholds for a budget."""
import math

import pytest
import torch

from mmaction_sampler.ops import (exit_confidence, exit_steps,
                                  geometric_shares, solve_exit_thresholds,
                                  thresholds_for_shares)


def confidences(num_videos=400, num_steps=6):
    torch.manual_seed(0)
    return torch.rand(num_videos, num_steps, dtype=torch.float64)


def test_confidence():
    logits = torch.tensor([[2., 0., 0.], [1., 1., 1.]])
    probability = exit_confidence(logits, 'probability')
    e2 = math.exp(2)
    assert probability.tolist() == pytest.approx([e2 / (e2 + 2), 1 / 3])
    assert exit_confidence(logits, 'logit').tolist() == [2., 1.]
    assert exit_confidence(logits.bfloat16(), 'logit').dtype == torch.float32


def test_exit_is_the_first_step_that_is_sure_enough():
    confidence = torch.tensor([[.1, .9, .9], [.9, .1, .1], [.1, .1, .1],
                               [.5, .1, .1]])
    thresholds = torch.tensor([.5, .8, float('inf')])
    assert exit_steps(confidence, thresholds).tolist() == [1, 0, 2, 0]


def test_geometric_shares():
    assert geometric_shares(0.5, 3).tolist() == pytest.approx(
        [4 / 7, 2 / 7, 1 / 7])
    assert geometric_shares(1., 4).tolist() == pytest.approx([0.25] * 4)


def test_wanted_shares_leave_and_the_surest_first():
    confidence = confidences()
    shares = torch.tensor([.1, .3, 0., .2, .15, .25], dtype=torch.float64)
    thresholds = thresholds_for_shares(confidence, shares)
    steps = exit_steps(confidence, thresholds)
    counts = torch.bincount(steps, minlength=6) / len(confidence)
    assert counts.tolist() == pytest.approx(shares.tolist())
    assert thresholds[2] == thresholds[5] == float('inf')
    first = steps == 0
    assert confidence[first, 0].min() > confidence[~first, 0].max()


@pytest.mark.parametrize('budget', [1., 1.5, 3., 4.7, 6.])
def test_budget_is_spent_and_not_exceeded(budget):
    confidence = confidences()
    thresholds, mean_steps = solve_exit_thresholds(confidence, budget)
    steps = exit_steps(confidence, thresholds).double() + 1
    assert steps.mean().item() == pytest.approx(mean_steps)
    assert budget - 0.05 <= mean_steps <= budget


def test_ties_never_exceed_the_budget():
    confidence = torch.ones(50, 4)
    thresholds, mean_steps = solve_exit_thresholds(confidence, 2.5)
    assert mean_steps in (1., 2.) and mean_steps <= 2.5
    assert exit_steps(confidence, thresholds).unique().numel() == 1


@pytest.mark.parametrize('budget', [1., 2.5, 4.])
def test_rounding_moves_no_video(budget):
    """Other batch sizes round otherwise."""
    torch.manual_seed(0)
    confidence = torch.rand(100, 6).sort(dim=1).values
    thresholds, mean_steps = solve_exit_thresholds(confidence, budget)
    for sign in (-1, 1):
        moved = confidence * (1 + sign * 1e-6)
        assert torch.equal(exit_steps(moved, thresholds),
                           exit_steps(confidence, thresholds))
    assert mean_steps <= budget


def test_neighbouring_numbers_are_told_apart():
    low = torch.tensor(0.5)
    high = torch.nextafter(low, torch.tensor(1.))
    thresholds = thresholds_for_shares(
        torch.stack([low, high])[:, None].repeat(1, 2),
        torch.tensor([0.5, 0.5]))
    assert thresholds[0] == high


@pytest.mark.parametrize('budget', [0.5, 6.1])
def test_impossible_budget(budget):
    with pytest.raises(ValueError, match=f'T = 6 frames.*got {budget}'):
        solve_exit_thresholds(confidences(), budget)
