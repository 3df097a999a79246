"""What rewards are weighed against, by a loop over the draws."""
import pytest
import torch

from mmaction_sampler.models.losses.policy_gradient import advantages


@pytest.mark.parametrize('shape', [(3, 2), (2, 1), (1, 4), (1, 2)])
def test_each_is_weighed_against_the_others(shape) -> None:
    reward = torch.rand(shape, dtype=torch.float64)
    centered = advantages(reward, center=True)
    for s in range(shape[0]):
        for b in range(shape[1]):
            others = (reward[[o for o in range(shape[0]) if o != s], b]
                      if shape[0] > 1 else
                      reward[0, [o for o in range(shape[1]) if o != b]])
            expected = reward[s, b] - others.mean()
            torch.testing.assert_close(centered[s, b], expected, rtol=1e-6,
                                       atol=1e-12)
    assert torch.equal(advantages(reward, center=False), reward)


def test_one_alone_still_teaches() -> None:
    """Such as the last batch of an epoch, or a budget's only video."""
    reward = torch.tensor([[0.3]])
    assert torch.equal(advantages(reward, center=True), reward)
