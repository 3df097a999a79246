"""The policy that regresses patches."""
import pytest
import torch
from mmaction.registry import MODELS


def build(**options):
    torch.manual_seed(0)
    return MODELS.build(dict(
        type='PatchRegressor', in_channels=6, feature_size=2,
        conv_channels=3, hidden_channels=5, **options))


def test_offsets_and_state():
    policy = build()
    patch_offset, hidden = policy(torch.randn(3, 4, 6, 2, 2))
    assert patch_offset.shape == (3, 4, 2) and hidden.shape == (1, 3, 5)
    assert patch_offset.min() > 0 and patch_offset.max() < 1


def test_no_gradient_goes_into_the_features():
    features = torch.randn(3, 4, 6, 2, 2, requires_grad=True)
    policy = build()
    policy(features)[0].sum().backward()
    assert features.grad is None
    assert all(p.grad is not None for p in policy.parameters())


def test_frame_by_frame_equals_all_at_once():
    policy = build().eval()
    features = torch.randn(3, 4, 6, 2, 2)
    with torch.no_grad():
        whole, last = policy(features)
        hidden, parts = None, []
        for step in range(4):
            part, hidden = policy(features[:, step:step + 1], hidden)
            parts.append(part)
    torch.testing.assert_close(torch.cat(parts, 1), whole)
    torch.testing.assert_close(hidden, last)


def test_a_later_frame_does_not_move_an_earlier_patch():
    policy = build().eval()
    features = torch.randn(1, 4, 6, 2, 2)
    changed = features.clone()
    changed[:, 2] += 1
    with torch.no_grad():
        before, after = policy(features)[0], policy(changed)[0]
    moved = (before - after).abs().amax(dim=-1)[0] > 1e-6
    assert moved.tolist() == [False, False, True, True]


def test_offsets_are_float32_under_autocast():
    with torch.autocast('cpu', torch.bfloat16):
        patch_offset, _ = build().eval()(torch.randn(1, 2, 6, 2, 2))
    assert patch_offset.dtype == torch.float32


def test_other_feature_maps_are_refused():
    with pytest.raises(ValueError, match=r'feature_size=2, but .* \(3, 3\)'):
        build()(torch.randn(1, 2, 6, 3, 3))
