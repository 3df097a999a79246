"""Writing what was recognized from patches into the data samples."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Optional

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.structures import Selection
from .prediction import set_prediction

if TYPE_CHECKING:
    from ..recognizers.adafocus_types import Recognition


@torch.compiler.disable  # fills samples, runs no network
def record_patches(data_samples: List[ActionDataSample],
                   recognition: Recognition, boxes: Tensor,
                   costs: Dict[str, ComponentCost],
                   first: int = 0) -> List[ActionDataSample]:
    """Fill ``pred_score``, ``pred_label``, ``selection`` and ``cost``.

    And ``step_scores`` ``(T, num_classes)``, the prediction after every
    frame, where there is one for each.

    Args:
        data_samples (list[ActionDataSample]): B samples, filled in place.
        recognition (Recognition): Of their last T frames.
        boxes (Tensor): Their patches, xyxy pixels, float ``(B, T, 4)``.
        costs (dict[str, ComponentCost]): Cost by component. The calls of
            ``local_cnn`` are taken from what was kept.
        first (int): Candidates before these T, which have no patches.
            Defaults to 0.

    Returns:
        list[ActionDataSample]: The samples.
    """
    scores = recognition.scores[:, -1]
    # One copy for the batch: every sample's record is checked there.
    keep, boxes = recognition.keep.cpu(), boxes.cpu()
    keep_prob: Optional[Tensor] = recognition.keep_prob
    if keep_prob is not None:
        keep_prob = keep_prob.cpu()
    for i, sample in enumerate(data_samples):
        set_prediction(sample, scores[i])
        if recognition.scores.shape[1] == keep.shape[1]:
            sample.step_scores = recognition.scores[i]
        inds = keep[i].nonzero()[:, 0]
        sample.selection = Selection.create(
            first + inds, first + keep.shape[1], unit='patch',
            boxes=boxes[i, inds],
            scores=None if keep_prob is None else keep_prob[i])
        sample.cost = {
            name: c.unit_macs * len(inds) if name == 'local_cnn' else c.macs
            for name, c in costs.items()
        }
    return data_samples
