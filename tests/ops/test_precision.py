"""Leaving half precision where numbers have to be exact."""
import pytest
import torch

from mmaction_sampler.ops import full_precision


@pytest.mark.parametrize('given,expected', [
    (torch.float16, torch.float32),
    (torch.bfloat16, torch.float32),
    (torch.float32, torch.float32),
    (torch.float64, torch.float64),
])
def test_half_precision_alone_is_changed(given, expected) -> None:
    values = torch.tensor([0.5, -3.], dtype=given)
    assert full_precision(values).dtype == expected
    assert full_precision(values).tolist() == [0.5, -3.]
