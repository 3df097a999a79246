import pytest
import torch
from helpers import NUM_CLASSES, samples, tiny_classifier
from mmaction.registry import MODELS
from torch import nn


@pytest.fixture
def head() -> nn.Module:
    """A small one, in float64, with statistics of its own."""
    torch.manual_seed(0)
    head = MODELS.build(
        dict(type='MLPMaxPoolHead', num_classes=NUM_CLASSES, in_channels=8,
             hidden_channels=16)).double()
    head.consensus.norm.running_mean.normal_()
    head.consensus.norm.running_var.uniform_(0.5, 2)
    return head


def test_frame_by_frame(head: nn.Module) -> None:
    features = torch.randn(2 * 4, 8, 3, 5, dtype=torch.float64)
    layer, norm = head.consensus.linear, head.consensus.norm
    expected = []
    for video in features.split(4):
        largest = torch.zeros(16, dtype=torch.float64)
        for frame in video:
            hidden = layer.weight @ frame.mean(dim=(1, 2)) + layer.bias
            hidden = (hidden - norm.running_mean) / (
                norm.running_var + norm.eps).sqrt()
            hidden = hidden * norm.weight + norm.bias
            largest = torch.maximum(largest, hidden)  # with ReLU
        expected.append(head.fc_cls.weight @ largest + head.fc_cls.bias)
    logits = head.eval()(features, num_segs=4)
    torch.testing.assert_close(
        logits, torch.stack(expected), rtol=1e-9, atol=1e-12)


def test_training_normalises_over_all_frames(head: nn.Module) -> None:
    features = torch.randn(8, 8, 2, 2, dtype=torch.float64)
    head.train()(features, num_segs=4)
    means = head.consensus.linear(features.mean(dim=(2, 3))).mean(dim=0)
    norm = head.consensus.norm
    before = norm.running_mean.clone()
    head(features, num_segs=2)
    torch.testing.assert_close(norm.running_mean, 0.9 * before + 0.1 * means)


def test_in_a_recognizer_of_mmaction2() -> None:
    """Its order of frames is indifferent; it trains and predicts."""
    config = tiny_classifier()
    config['cls_head'] = dict(
        type='MLPMaxPoolHead', num_classes=NUM_CLASSES, in_channels=8,
        hidden_channels=16, dropout_ratio=0.5)
    model = MODELS.build(config)
    model.init_weights()
    clips = torch.randn(2, 4, 3, 16, 16)
    losses = model.train()(clips, samples([0, 2]), mode='loss')
    losses['loss_cls'].backward()
    gradients = [p.grad for p in model.cls_head.parameters()]
    assert all(g is not None and g.abs().sum() > 0 for g in gradients)
    with torch.no_grad():
        results = model.eval()(clips, samples([0, 2]), mode='predict')
        turned = model(clips.flip(1), samples([0, 2]), mode='predict')
    for result, other in zip(results, turned):
        assert result.pred_score.shape == (NUM_CLASSES, )
        assert result.pred_score.sum().item() == pytest.approx(1)
        torch.testing.assert_close(result.pred_score, other.pred_score)
