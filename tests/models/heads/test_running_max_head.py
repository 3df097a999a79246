"""The classifier with a prediction after every frame."""
import pytest
import torch
from mmaction.registry import MODELS


def build(**options):
    torch.manual_seed(0)
    head = MODELS.build(dict(
        type='RunningMaxHead', num_classes=3, in_channels=4, num_steps=5,
        hidden_channels=6, **options))
    for module in head.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return head


def test_logits_written_out():
    head = build().double().eval()
    features = torch.randn(2, 5, 4, dtype=torch.float64)
    logits, running_max = head(features)
    for b in range(2):
        embedded = [head.embedding(features[b, t:t + 1])[0] for t in range(5)]
        for t in range(5):
            maximum = torch.stack(embedded[:t + 1]).amax(dim=0)
            torch.testing.assert_close(
                logits[b, t], maximum @ head.weight[t] + head.bias[t],
                rtol=1e-6, atol=1e-12)
        torch.testing.assert_close(running_max[b], maximum)


@pytest.mark.parametrize('parts', [(1, 1, 1, 1, 1), (2, 3)])
def test_in_parts_equals_all_at_once(parts):
    head = build().eval()
    features = torch.randn(2, 5, 4)
    whole, last = head(features)
    running_max, step, found = None, 0, []
    for part in features.split(parts, dim=1):
        logits, running_max = head(part, running_max, step)
        found.append(logits)
        step += part.shape[1]
    torch.testing.assert_close(torch.cat(found, 1), whole)
    torch.testing.assert_close(running_max, last)


def test_a_frame_too_many():
    with pytest.raises(ValueError, match='num_steps=5, but was given frame '
                       '6 of a video'):
        build().eval()(torch.randn(2, 2, 4), torch.randn(2, 6), 4)


def test_every_step_learns():
    head = build(dropout_ratio=0.)
    logits, _ = head(torch.randn(2, 5, 4))
    logits.square().sum().backward()
    assert (head.weight.grad.flatten(1).abs().sum(dim=1) > 0).all()
    assert (head.bias.grad.abs().sum(dim=1) > 0).all()
