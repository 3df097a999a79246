"""The predicted class in a data sample."""
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.models.records import set_prediction


def test_the_label_is_the_most_probable_class() -> None:
    sample, scores = ActionDataSample(), torch.tensor([.2, .5, .3])
    set_prediction(sample, scores)
    torch.testing.assert_close(sample.pred_score, scores)
    assert sample.pred_label.tolist() == [1]


@pytest.mark.parametrize('label', [[3], [0, 1], [1, 0, 0, 0]])
def test_labels_of_other_classes_are_refused(label: list) -> None:
    """They would count as wrong predictions."""
    sample = ActionDataSample().set_gt_label(torch.tensor(label))
    with pytest.raises(ValueError, match='num_classes=3; is the annotation'):
        set_prediction(sample, torch.ones(3) / 3)


@pytest.mark.parametrize('label', [[2], [-1], [1, 0, 1]])
def test_labels_of_these_classes_pass(label: list) -> None:
    sample = ActionDataSample().set_gt_label(torch.tensor(label))
    set_prediction(sample, torch.ones(3) / 3)
    assert sample.pred_label.numel() == 1


@pytest.mark.parametrize('label', [0., 1.])
def test_zeros_and_ones_of_one_class_pass(label: float) -> None:
    sample = ActionDataSample().set_gt_label(torch.tensor([label]))
    set_prediction(sample, torch.ones(1))
    assert sample.pred_label.tolist() == [0]
