"""Policies that look at nothing."""
import pytest
import torch
from mmaction.registry import MODELS

from mmaction_sampler.ops import top_inds


@pytest.mark.parametrize('num_selected,expected', [
    (1, [4]), (2, [0, 4]), (3, [0, 4, 9]), (4, [0, 2, 4, 9]),
    (6, [0, 1, 2, 4, 6, 9])])
def test_frameexit_policy_goes_from_coarse_to_fine(num_selected, expected):
    policy = MODELS.build(dict(type='FrameExitPolicy'))
    logits = policy(torch.empty(2, 10, 0))
    assert top_inds(logits, num_selected).tolist() == [expected] * 2


def test_uniform_policy_takes_the_centres():
    policy = MODELS.build(dict(type='UniformPolicy', num_selected=2))
    assert top_inds(policy(torch.empty(1, 10, 0)), 2).tolist() == [[2, 7]]
