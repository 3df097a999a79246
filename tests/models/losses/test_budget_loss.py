"""Labels and loss of the frame budgets, OCSampler Eq. 11-13."""
import pytest
import torch
from mmaction.registry import MODELS

from mmaction_sampler.models.losses import budget_labels

RATIOS = torch.tensor([
    [0.9, 0.9, 1.0, 1.0],  # one frame is enough
    [0.2, 0.4, 0.6, 0.5],  # three
    [0.1, 0.1, 0.2, 0.3],  # none is enough: as many as possible
    [0.5, 0.2, 0.1, 0.1],  # the smallest, also where more frames are worse
], dtype=torch.float64)


def build(**options):
    return MODELS.build(
        dict(type='BudgetLoss', num_budgets=4, **options)).double()


def test_labels_are_eq_11_and_12():
    labels = budget_labels(RATIOS, epsilon=0.5, alpha=2.)
    expected = torch.tensor([[1., 0.5, 0.25, 0.125], [0., 0., 1., 0.5],
                             [0., 0., 0., 1.], [1., 0.5, 0.25, 0.125]])
    assert torch.equal(labels, expected.double())


def test_a_higher_epsilon_asks_for_more_frames():
    ks = [budget_labels(RATIOS, e, 2.).argmax(dim=1).tolist()
          for e in (0.2, 0.4, 0.6, 0.95)]
    assert ks == [[0, 0, 2, 0], [0, 1, 3, 0], [0, 2, 3, 3], [2, 3, 3, 3]]


def test_loss_is_eq_13_with_weights_from_the_label_counts():
    loss = build(max_class_weight=100.)
    logits = torch.randn(4, 4, dtype=torch.float64)
    log_probs = logits.log_softmax(dim=1)
    labels = budget_labels(RATIOS, 0.5, 2.)
    counts = torch.zeros(4, dtype=torch.float64)
    for _ in range(2):
        counts += torch.tensor([2., 0., 1., 1.])
        expected = 0.
        for b, k in enumerate([0, 2, 3, 0]):
            weight = counts.sum() / (3 * counts[k])
            for i in range(4):
                expected -= weight * labels[b, i] * log_probs[b, i] / 4
        torch.testing.assert_close(
            loss(logits, RATIOS), expected, rtol=1e-6, atol=0)
    assert torch.equal(loss.label_counts, counts)
    assert 'label_counts' in loss.state_dict()


def test_weights_are_limited():
    loss, free = build(max_class_weight=1.), build(max_class_weight=100.)
    logits = torch.zeros(4, 4, dtype=torch.float64)
    assert loss(logits, RATIOS) < free(logits, RATIOS)


@pytest.mark.parametrize('options,message', [
    (dict(epsilon=0.), r'epsilon must be in \(0, 1\]'),
    (dict(epsilon=1.1), 'but got 1.1'),
    (dict(alpha=1.), 'alpha must be above 1'),
    (dict(max_class_weight=0.5), 'max_class_weight must be at least 1'),
])
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)
