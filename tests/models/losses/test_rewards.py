"""The rewards of OCSampler Table 4 and the ranking rival."""
import pytest
import torch
from mmaction.registry import MODELS

from mmaction_sampler.ops import uniform_inds

T, N = 6, 2
UNIFORM = uniform_inds(T, N).tolist()
VALUES = torch.rand(3, T, generator=torch.Generator().manual_seed(0))


def confidence(inds):
    """Of a clip: the product of its frames' values, so that they interact."""
    num_draws = len(inds)
    values = VALUES[:inds.shape[1]].expand(num_draws, -1, -1)
    return values.gather(2, inds).prod(dim=2)


INDS = torch.tensor([[[0, 3], [1, 2], [4, 5]], [[2, 3], [0, 5], [1, 4]]])


def rewards(name):
    return MODELS.build(dict(type=name))(confidence, INDS, T)


def test_clip_reward_is_the_clip_less_the_uniform_clip():
    reward, baseline = rewards('ClipReward')
    for s in range(2):
        for b in range(3):
            i, j = INDS[s, b].tolist()
            uniform = VALUES[b, UNIFORM[0]] * VALUES[b, UNIFORM[1]]
            assert baseline[b] == pytest.approx(uniform.item())
            assert reward[s, b].item() == pytest.approx(
                (VALUES[b, i] * VALUES[b, j] - uniform).item(), rel=1e-5)


def test_vanilla_reward_is_the_clip():
    reward, baseline = rewards('VanillaReward')
    torch.testing.assert_close(reward, confidence(INDS))
    assert not baseline.any()


def test_frame_reward_is_the_mean_of_single_frames():
    reward, baseline = rewards('FrameReward')
    for s in range(2):
        for b in range(3):
            uniform = VALUES[b, UNIFORM].mean()
            assert baseline[b] == pytest.approx(uniform.item())
            assert reward[s, b].item() == pytest.approx(
                (VALUES[b, INDS[s, b]].mean() - uniform).item(), rel=1e-5)


def test_ranking_loss_is_the_mean_hinge_of_ordered_pairs():
    logits = torch.randn(3, T, dtype=torch.float64)
    values = VALUES.double().round(decimals=1)  # with ties
    loss = MODELS.build(dict(type='FrameRankingLoss', margin=0.7))
    pairs = [
        max(0., 0.7 - (logits[b, i] - logits[b, j]).item())
        for b in range(3) for i in range(T) for j in range(T)
        if values[b, i] > values[b, j]
    ]
    assert loss(logits, values).item() == pytest.approx(
        sum(pairs) / len(pairs), rel=1e-6)
    assert loss(values * 100, values) == 0
    assert loss(logits, torch.ones_like(values)) == 0
    with pytest.raises(ValueError, match='margin must be above 0'):
        MODELS.build(dict(type='FrameRankingLoss', margin=0.))
