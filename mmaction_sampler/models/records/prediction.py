"""Writing the predicted class into a data sample."""
from mmaction.structures import ActionDataSample
from torch import Tensor


def set_prediction(sample: ActionDataSample, scores: Tensor) -> None:
    """Fill ``pred_score`` and ``pred_label``.

    Args:
        sample (ActionDataSample): Filled in place.
        scores (Tensor): Class probabilities, float ``(num_classes, )``; the
            label is the most probable class, long ``(1, )``.

    Raises:
        ValueError: If the sample has a right label that is none of these
            classes; below 0 means unknown.
    """
    _check_label(sample, len(scores))
    sample.set_pred_score(scores)
    sample.set_pred_label(scores.argmax(dim=-1, keepdim=True))


def _check_label(sample: ActionDataSample, num_classes: int) -> None:
    label = sample.get('gt_label')
    if label is None or len(label) == num_classes and (
            num_classes > 1 or label.is_floating_point()):
        return  # unknown, or zeros and ones
    if len(label) != 1 or label.item() >= num_classes:
        raise ValueError(
            f'the right label of {sample.get("filename", "a video")} is '
            f'{label.tolist()}, but the classifier has '
            f'num_classes={num_classes}; is the annotation file of another '
            f'data set?')
