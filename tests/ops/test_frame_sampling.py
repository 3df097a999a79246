"""OCSampler Eq. 7-8 against enumeration, and the draws behind it."""
from itertools import combinations, permutations
from math import inf

import pytest
import torch

from mmaction_sampler.ops import (MAX_EXACT_SELECTED, candidate_entropy,
                                  draw_without_replacement, random_inds,
                                  set_log_prob, top_inds, uniform_inds)
from mmaction_sampler.ops.frame_sampling import _set_log_prob_integral, _split


def enumerate_set_prob(logits: torch.Tensor, inds: list) -> torch.Tensor:
    """Eq. 8 as printed: the sum of Eq. 7 over all orders, for one video."""
    probs = logits.softmax(-1)
    total = probs.new_zeros(())
    for order in permutations(inds):
        q, left = probs.new_ones(()), probs.new_ones(())
        for i in order:
            q, left = q * probs[i] / left, left - probs[i]
        total = total + q
    return total


@pytest.mark.parametrize('num_candidates,num_selected', [
    (1, 1), (6, 1), (6, 2), (10, 3), (10, 6), (8, 7), (7, 7), (24, 5)])
def test_set_log_prob_equals_enumeration(num_candidates, num_selected):
    torch.manual_seed(num_candidates)
    logits = 3 * torch.randn(4, num_candidates, dtype=torch.float64)
    inds = random_inds(4, num_candidates, num_selected, logits.device)
    expected = torch.stack([
        enumerate_set_prob(row, chosen.tolist())
        for row, chosen in zip(logits, inds)])
    torch.testing.assert_close(
        set_log_prob(logits, inds).exp(), expected, rtol=1e-10, atol=0)


@pytest.mark.parametrize('num_selected', [1, 4, 8])
def test_probabilities_of_all_sets_sum_to_one(num_selected):
    logits = 2 * torch.randn(1, 9, dtype=torch.float64)
    sets = torch.tensor(list(combinations(range(9), num_selected)))
    total = set_log_prob(logits.expand(len(sets), -1), sets).exp().sum()
    torch.testing.assert_close(total, total.new_ones(()))


@pytest.mark.parametrize('num_selected', [1, 3, 5, 7])
def test_gradient(num_selected):
    torch.manual_seed(0)
    logits = torch.randn(2, 7, dtype=torch.float64, requires_grad=True)
    inds = random_inds(2, 7, num_selected, logits.device)
    assert torch.autograd.gradcheck(lambda x: set_log_prob(x, inds), logits)


def test_gradient_of_integral():
    torch.manual_seed(0)
    logits = torch.randn(1, 17, dtype=torch.float64, requires_grad=True)
    inds = random_inds(1, 17, MAX_EXACT_SELECTED + 1, logits.device)
    assert torch.autograd.gradcheck(lambda x: set_log_prob(x, inds), logits)


@pytest.mark.parametrize('scale', [0.1, 3., 30.])
@pytest.mark.parametrize('num_selected', [1, 5, 12])
def test_integral_equals_exact_sum(scale, num_selected):
    torch.manual_seed(1)
    logits = scale * torch.randn(8, 24, dtype=torch.float64)
    inds = random_inds(8, 24, num_selected, logits.device)
    torch.testing.assert_close(
        _set_log_prob_integral(*_split(logits, inds)),
        set_log_prob(logits, inds), rtol=1e-12, atol=1e-10)


def test_integral_of_equal_candidates_is_one_over_binomial():
    logits = torch.zeros(1, 40, dtype=torch.float64)
    log_prob = set_log_prob(logits, torch.arange(20)[None])
    expected = -torch.tensor(137846528820.).double().log()
    torch.testing.assert_close(log_prob[0], expected)


@pytest.mark.parametrize('top', [12., 18., 60., 200.])
@pytest.mark.parametrize('inds', [
    [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], list(range(1, 15)),
    list(range(14))])
def test_float32_stays_exact_when_one_probability_is_near_one(top, inds):
    logits = torch.zeros(1, 16)
    logits[0, 0] = top
    logits = logits.requires_grad_()
    inds = torch.tensor([inds])
    log_prob = set_log_prob(logits, inds)
    log_prob.sum().backward()
    expected = set_log_prob(logits.detach().double(), inds)
    torch.testing.assert_close(
        log_prob.detach().double(), expected, rtol=1e-5, atol=1e-5)
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_float32(dtype):
    logits = torch.randn(3, 10).to(dtype)
    inds = random_inds(3, 10, 4, logits.device)
    log_prob = set_log_prob(logits, inds)
    assert log_prob.dtype == torch.float32
    torch.testing.assert_close(log_prob, set_log_prob(logits.float(), inds))


def test_order_of_inds_does_not_matter():
    logits = torch.randn(1, 8)
    torch.testing.assert_close(
        set_log_prob(logits, torch.tensor([[5, 0, 3]])),
        set_log_prob(logits, torch.tensor([[0, 3, 5]])))


@pytest.mark.parametrize('inds', [[[0, 0]], [[0, 8]], [[-1, 2]]])
def test_wrong_positions_are_refused(inds):
    with pytest.raises(ValueError, match=r'distinct positions in \[0, 8\)'):
        set_log_prob(torch.zeros(1, 8), torch.tensor(inds))


def test_draws_follow_the_set_probability():
    torch.manual_seed(0)
    logits = torch.tensor([2., 0., -1., 1.])
    draws = draw_without_replacement(logits.expand(40000, -1), 2)
    sets = torch.tensor(list(combinations(range(4), 2)))
    share = (draws[:, None] == sets).all(-1).float().mean(0)
    expected = set_log_prob(logits.expand(6, -1), sets).exp()
    torch.testing.assert_close(share, expected, atol=0.01, rtol=0)


def test_draws_are_distinct_ascending_even_for_a_collapsed_policy():
    logits = torch.full((64, 10), -inf)
    logits[:, 3] = 0.
    logits = logits.clamp(min=-1e4)
    draws = draw_without_replacement(logits, 6)
    assert (draws[:, 1:] > draws[:, :-1]).all()
    assert (draws == 3).any(dim=1).all()


def test_top_inds_are_the_most_probable_in_time_order():
    logits = torch.tensor([[0., 3., 1., 2.], [1., 1., 1., 1.]])
    assert top_inds(logits, 2).tolist() == [[1, 3], [0, 1]]


def test_uniform_inds_are_segment_centres():
    assert uniform_inds(10, 3).tolist() == [1, 5, 8]
    assert uniform_inds(10, 10).tolist() == list(range(10))
    assert uniform_inds(10, 1).tolist() == [5]


def test_entropy_is_finite_where_probabilities_underflow():
    logits = torch.tensor([[0., 0., 0., 0.], [300., 0., 0., 0.]])
    expected = torch.tensor([4., 1.]).log()
    torch.testing.assert_close(candidate_entropy(logits), expected)


@pytest.mark.parametrize('num_selected', [0, 11])
def test_impossible_number_is_refused(num_selected):
    for select in (draw_without_replacement, top_inds):
        with pytest.raises(ValueError, match='between 1 and num_candidates'):
            select(torch.zeros(1, 10), num_selected)
