"""The predicted class in a data sample."""
import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.models.records import set_prediction


def test_the_label_is_the_most_probable_class() -> None:
    sample, scores = ActionDataSample(), torch.tensor([.2, .5, .3])
    set_prediction(sample, scores)
    torch.testing.assert_close(sample.pred_score, scores)
    assert sample.pred_label.tolist() == [1]
