"""Writing what was recognized clip after clip into the data samples."""
from typing import Dict, List, Sequence

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.structures import Selection
from .prediction import set_prediction


@torch.compiler.disable  # fills samples, runs no network
def record_clips(data_samples: List[ActionDataSample], step_scores: Tensor,
                 expensive: Sequence[int], costs: Dict[str, ComponentCost]
                 ) -> List[ActionDataSample]:
    """Fill the scores, ``pred_label``, ``selection`` and ``cost``.

    Args:
        data_samples (list[ActionDataSample]): B samples, filled in place.
        step_scores (Tensor): Class probabilities after every clip, float
            ``(B, N, num_classes)``.
        expensive (Sequence[int]): Which clips went through the expensive
            model, in ``[0, N)``.
        costs (dict[str, ComponentCost]): Cost by component.

    Returns:
        list[ActionDataSample]: The samples.
    """
    inds = torch.tensor(expensive, dtype=torch.long)
    for scores, sample in zip(step_scores, data_samples):
        set_prediction(sample, scores[-1])
        sample.step_scores = scores
        sample.selection = Selection.create(
            inds, len(scores), unit='clip')
        sample.cost = {name: c.macs for name, c in costs.items()}
    return data_samples
