"""The threshold that keeps a wanted share."""
import pytest
import torch

from mmaction_sampler.ops import solve_keep_threshold


@pytest.mark.parametrize('keep_ratio', [0.01, 0.3, 0.5, 0.9, 1.])
def test_keeps_the_wanted_share(keep_ratio):
    torch.manual_seed(0)
    probs = torch.rand(20, 10)
    kept = probs >= solve_keep_threshold(probs, keep_ratio)
    assert kept.sum() == round(200 * keep_ratio)


def test_keeps_the_most_probable():
    probs = torch.tensor([[0.1, 0.9], [0.4, 0.3]])
    threshold = solve_keep_threshold(probs, 0.5)
    assert threshold.item() == pytest.approx(0.35)


def test_equal_ones_stay_together():
    probs = torch.tensor([0.5, 0.5, 0.5, 0.1])
    assert (probs >= solve_keep_threshold(probs, 0.5)).sum() == 3


def test_neighbours_among_float_numbers_are_told_apart():
    probs = torch.tensor([0.5, 0.50000006])
    assert (probs >= solve_keep_threshold(probs, 0.5)).tolist() == [
        False, True]


def test_errors():
    with pytest.raises(ValueError, match=r'\(0, 1\], but got 0'):
        solve_keep_threshold(torch.rand(3), 0)
    with pytest.raises(ValueError, match='no frames'):
        solve_keep_threshold(torch.rand(0), 0.5)
