"""What a sheet says of a video, beside its pictures."""
from typing import Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from mmaction.structures import ActionDataSample

from mmaction_sampler.structures import Selection, labels_of

_TOP_CLASSES = 5


class VideoFacts(NamedTuple):
    """What is known of a recognised video.

    Attributes:
        name (str): Of the video.
        top (Sequence[tuple]): Name and score of the best classes, the best
            one first.
        cost (dict[str, float]): Component -> multiply-adds.
        selection (Selection): Of all T candidates.
        times (np.ndarray): When the candidates are shown, seconds, float
            ``(T, )``; NaN if unknown.
        step_scores (np.ndarray, optional): Class probabilities after each
            step, float ``(N, num_classes)``.
        step_labels (Sequence[int]): The best classes, as in ``top``.
        truth (str): The right classes, empty if unknown.
    """
    name: str
    top: Sequence[Tuple[str, float]]
    cost: Dict[str, float]
    selection: Selection
    times: np.ndarray
    step_scores: Optional[np.ndarray] = None
    step_labels: Sequence[int] = ()
    truth: str = ''

    @classmethod
    def of_sample(cls,
                  sample: ActionDataSample,
                  name: str,
                  times: np.ndarray,
                  class_names: Optional[Sequence[str]] = None
                  ) -> 'VideoFacts':
        """Gather what a predicted sample says.

        Args:
            sample (ActionDataSample): With ``pred_score``, ``selection`` and
                ``cost``; ``step_scores`` and ``gt_label`` where there are.
            name (str): Of the video.
            times (np.ndarray): See the class.
            class_names (Sequence[str], optional): Defaults to None, numbers.

        Returns:
            VideoFacts: The facts.
        """
        scores = sample.pred_score.float().cpu()
        best = scores.topk(min(_TOP_CLASSES, len(scores)))
        labels = best.indices.tolist()
        steps = sample.get('step_scores')
        truth = sample.get('gt_label')
        right = [] if truth is None else labels_of(truth.cpu())
        return cls(
            name=name,
            top=[(class_name(label, class_names), score)
                 for label, score in zip(labels, best.values.tolist())],
            cost=dict(sample.cost),
            selection=sample.selection,
            times=times,
            step_scores=None if steps is None else
            steps.float().cpu().numpy(),
            step_labels=labels,
            truth=', '.join(class_name(i, class_names) for i in right))


def class_name(label: int, class_names: Optional[Sequence[str]]) -> str:
    """What a class is called, ``class 3`` if it has no name."""
    if class_names is None or not 0 <= label < len(class_names):
        return f'class {label}'
    return str(class_names[label])


def middle_frames(sample: ActionDataSample) -> np.ndarray:
    """Number of the frame that shows each candidate, of a clip its middle.

    Args:
        sample (ActionDataSample): With ``selection`` and ``frame_inds``.

    Returns:
        np.ndarray: Counted from 0, int64 ``(T, )``.
    """
    inds = np.asarray(sample.frame_inds).reshape(
        sample.selection.num_candidates, -1)
    return inds[:, inds.shape[1] // 2] - sample.get('start_index', 0)
