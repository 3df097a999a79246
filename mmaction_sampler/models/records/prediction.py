"""Writing the predicted class into a data sample."""
from mmaction.structures import ActionDataSample
from torch import Tensor


def set_prediction(sample: ActionDataSample, scores: Tensor) -> None:
    """Fill ``pred_score`` and ``pred_label``.

    Args:
        sample (ActionDataSample): Filled in place.
        scores (Tensor): Class probabilities, float ``(num_classes, )``; the
            label is the most probable class, long ``(1, )``.
    """
    sample.set_pred_score(scores)
    sample.set_pred_label(scores.argmax(dim=-1, keepdim=True))
