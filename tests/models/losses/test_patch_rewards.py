"""Rewards of patches and of keeping them, by hand."""
import torch
from mmaction.registry import MODELS

CONFIDENCE = torch.tensor([[0.2, 0.5, 0.4]])
RANDOM = torch.tensor([[0.1, 0.6, 0.4]])


def build(kind, **options):
    return MODELS.build(dict(type=kind, **options))


def test_gain_over_a_random_patch():
    reward = build('PatchReward')
    assert reward.uses_random_patches
    torch.testing.assert_close(
        reward(CONFIDENCE, RANDOM), torch.tensor([[0.1, -0.1, 0.]]))


def test_confidence_and_increments():
    confidence = build('PatchConfidenceReward')
    increment = build('PatchIncrementReward')
    assert not confidence.uses_random_patches
    assert not increment.uses_random_patches
    assert torch.equal(confidence(CONFIDENCE), CONFIDENCE)
    torch.testing.assert_close(
        increment(CONFIDENCE), torch.tensor([[0.2, 0.3, -0.1]]))


def test_keeping_a_patch_pays_its_price():
    keep = torch.tensor([[True, True, False]])
    kept = torch.tensor([[0.5, 0.3, 9.]])
    skipped = torch.tensor([[0.2, 0.3, 0.1]])
    reward = build('SkipReward', cost_coef=1e-4)(keep, kept, skipped, 20)
    torch.testing.assert_close(reward, torch.tensor([[0.26, -0.04, 0.]]))
