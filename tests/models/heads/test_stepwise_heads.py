"""Classifiers that predict after every frame."""
import pytest
import torch
import torch.nn.functional as F
from helpers import samples
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

HEADS = ['GRUHead', 'AveragedLinearHead']


def build(kind, dropout_ratio=0.):
    torch.manual_seed(0)
    options = dict(hidden_channels=6) if kind == 'GRUHead' else {}
    return MODELS.build(dict(
        type=kind, num_classes=4, in_channels=5, dropout_ratio=dropout_ratio,
        **options)).double()


def features():
    torch.manual_seed(1)
    return torch.randn(3, 7, 5, dtype=torch.float64)


def test_average_is_of_the_frames_so_far():
    head, x = build('AveragedLinearHead'), features()
    logits = head(x).logits
    for t in range(7):
        expected = head.fc(x[:, :t + 1]).mean(dim=1)
        torch.testing.assert_close(logits[:, t], expected)


def test_gru_equals_a_loop_over_cells():
    head, x = build('GRUHead'), features()
    cell = torch.nn.GRUCell(5, 6).double()
    cell.load_state_dict(
        {k[:-3]: v for k, v in head.gru.state_dict().items()})
    logits, states = head(x)
    state = torch.zeros(3, 6, dtype=torch.float64)
    for t in range(7):
        state = cell(x[:, t], state)
        torch.testing.assert_close(states[:, t], state)
        torch.testing.assert_close(logits[:, t], head.fc(state))


@pytest.mark.parametrize('kind', HEADS)
def test_goes_on_from_every_state(kind):
    head, x = build(kind), features()
    logits, states = head(x)
    for t in range(1, 7):
        later = head(x[:, t:], states[:, t - 1])
        torch.testing.assert_close(later.logits, logits[:, t:])
        torch.testing.assert_close(later.states, states[:, t:])
    # Zeros are the beginning of a video.
    again = head(x, torch.zeros_like(states[:, 0]))
    torch.testing.assert_close(again.logits, logits)


@pytest.mark.parametrize('kind', HEADS)
def test_loss_is_the_mean_over_steps(kind):
    head, x, labels = build(kind), features(), [2, 0, 3]
    logits = head(x).logits
    losses = head.loss(x, samples(labels))
    expected = sum(
        F.cross_entropy(logits[:, t], torch.tensor(labels))
        for t in range(7)) / 7
    torch.testing.assert_close(losses['loss_cls'], expected)
    hits = logits.argmax(-1) == torch.tensor(labels)[:, None]
    assert losses['top1_acc'].item() == pytest.approx(
        hits.double().mean().item())


@pytest.mark.parametrize('kind', HEADS)
def test_several_labels_a_video(kind):
    head, x = build(kind), features()
    targets = torch.tensor([[1., 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
    losses = head.loss(x, [ActionDataSample().set_gt_label(t)
                           for t in targets])
    log_probs = head(x).logits.log_softmax(-1)
    expected = -(log_probs * targets[:, None]).sum(-1).mean()
    torch.testing.assert_close(losses['loss_cls'], expected)


@pytest.mark.parametrize('kind', HEADS)
def test_dropout_only_in_training(kind):
    head, x = build(kind, dropout_ratio=0.5), features()
    assert not torch.equal(head(x).logits, head(x).logits)
    head.eval()
    assert torch.equal(head(x).logits, head(x).logits)
