"""Writing what was recognized from whole frames into the data samples."""
from typing import Callable, Dict, List

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.structures import Selection
from .prediction import set_prediction


@torch.compiler.disable  # fills samples, runs no network
def record_frames(data_samples: List[ActionDataSample], scores: Tensor,
                  selected: Tensor, probs: Tensor,
                  costs: Callable[[int], Dict[str, ComponentCost]]
                  ) -> List[ActionDataSample]:
    """Fill ``pred_score``, ``pred_label``, ``selection`` and ``cost``.

    Args:
        data_samples (list[ActionDataSample]): B samples, filled in place.
        scores (Tensor): Class probabilities, float ``(B, num_classes)``.
        selected (Tensor): Which candidates are selected, bool ``(B, T)``.
        probs (Tensor): Probabilities of the candidates, float ``(B, T)``.
        costs (Callable): Number of selected frames -> cost by component.

    Returns:
        list[ActionDataSample]: The samples.
    """
    # One copy for the batch: every sample's record is checked there.
    selected, probs = selected.cpu(), probs.cpu()
    for i, sample in enumerate(data_samples):
        inds = selected[i].nonzero().flatten()
        set_prediction(sample, scores[i])
        sample.selection = Selection.create(
            inds, selected.shape[1], unit='frame', scores=probs[i])
        sample.cost = {
            name: c.macs for name, c in costs(len(inds)).items()
        }
    return data_samples
