"""What was recognised in a video, as a line of a result file."""
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.datasets.video import frame_seconds
from .json_values import json_value
from .selection_record import selection_record


def prediction_record(sample: ActionDataSample,
                      path: str,
                      class_names: Optional[Sequence[str]] = None,
                      top_k: int = 5) -> dict:
    """One line of the file, in types that JSON knows.

    It is a line of a selection file, too (:func:`selection_record`), which
    ``SampleSelectedFrames`` reads.

    Args:
        sample (ActionDataSample): A predicted one, of a video file.
        path (str): The file, as the line names it.
        class_names (Sequence[str], optional): Defaults to None.
        top_k (int): Classes that are named. Defaults to 5.

    Returns:
        dict: What :func:`selection_record` gives, and ``top``, the classes
        of the highest scores, each with ``label``, ``name`` (if known) and
        ``score``; ``times``, seconds from the video's beginning at which
        the selected frames are shown, (K), or of clips (begin, end)
        ``(K, 2)``; ``candidate_times``, in the same form; ``duration``,
        seconds; ``gflops`` by component and in total; where there are
        boxes ``input_size``, height and width of the frames that they
        refer to; and where there is a prediction after every step
        ``steps``, each with ``label`` and ``score``.
    """
    record = selection_record(sample, path)
    seconds = frame_seconds(path)
    record['top'] = top_classes(sample.pred_score, class_names, top_k)
    start = record['start_index']
    for key in ('frame_inds', 'candidate_frame_inds'):
        inds = np.array(record[key], np.int64) - start
        name = 'times' if key == 'frame_inds' else 'candidate_times'
        record[name] = _rounded(_times(seconds, inds))
    record['duration'] = _rounded(seconds[-1])
    record['gflops'] = gflops(record['cost'])
    if 'boxes' in record:
        record['input_size'] = list(sample.get('input_shape') or ())
    if 'step_scores' in sample:
        best = sample.step_scores.max(dim=-1)
        record['steps'] = [
            dict(label=label, score=_rounded(score)) for label, score in zip(
                best.indices.tolist(), best.values.float().tolist())]
    return record


def top_classes(scores: Tensor, class_names: Optional[Sequence[str]],
                top_k: int) -> List[dict]:
    """The classes of the highest scores.

    Args:
        scores (Tensor): Class probabilities, float ``(num_classes, )``.
        class_names (Sequence[str], optional): One for each class.
        top_k (int): How many, at most all.

    Returns:
        list[dict]: ``label``, ``name`` (if known) and ``score``, the highest
        score first.
    """
    best = scores.float().topk(min(top_k, len(scores)))
    found = []
    for label, score in zip(best.indices.tolist(), best.values.tolist()):
        entry = dict(label=label, score=_rounded(score))
        if class_names is not None and label < len(class_names):
            entry['name'] = str(class_names[label])
        found.append(entry)
    return found


def gflops(cost: Dict[str, float]) -> Dict[str, float]:
    """Multiply-adds / 1e9 by component, and in ``total``."""
    parts = {name: _rounded(macs / 1e9, 6) for name, macs in cost.items()}
    return dict(parts, total=_rounded(sum(cost.values()) / 1e9, 6))


def _times(seconds: np.ndarray, inds: np.ndarray) -> np.ndarray:
    """Of frames ``(K, )``; of clips ``(K, L)`` begin and end ``(K, 2)``."""
    if inds.ndim < 2:
        return seconds[inds]
    return np.stack([seconds[inds.min(axis=1)],
                     seconds[inds.max(axis=1) + 1]], axis=1)


def _rounded(value, digits: int = 4):
    """A number, or nested lists of such; None where it is not finite."""
    rounded = np.asarray(value, np.float64).round(digits).tolist()
    return json_value(rounded)


def input_size(inputs: object) -> Optional[Tuple[int, int]]:
    """Height and width of packed frames; None of a stream of clips."""
    return tuple(inputs.shape[-2:]) if isinstance(inputs, Tensor) else None
