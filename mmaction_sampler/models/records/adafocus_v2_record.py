"""What AdaFocusV2 writes into the samples of a batch."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (ExitCriterion, exit_confidence,
                                  offset_boxes)
from mmaction_sampler.structures import Selection
from .prediction import set_prediction

if TYPE_CHECKING:
    from ..recognizers.adafocus_v2_types import SeenVideos


@torch.compiler.disable  # fills samples, runs no network
def record_seen_videos(
        data_samples: List[ActionDataSample], seen: SeenVideos,
        patch_size: int, size: Tuple[int, int],
        costs: Dict[str, ComponentCost],
        criterion: Optional[ExitCriterion]) -> List[ActionDataSample]:
    """Fill scores, confidence, selection and cost of each video.

    Args:
        data_samples (list[ActionDataSample]): B samples, filled in place.
        seen (SeenVideos): What the networks gave.
        patch_size (int): Side of the patches, pixels.
        size (tuple[int, int]): Height and width of the frames, pixels.
        costs (dict[str, ComponentCost]): The unit of each component is a
            frame.
        criterion (str, optional): Of the conditional exit; None gives no
            confidence.

    Returns:
        list[ActionDataSample]: The samples.
    """
    scores = seen.logits.softmax(dim=-1)  # (B, T, K)
    boxes = offset_boxes(seen.patch_offset, patch_size, *size).cpu()
    num_candidates = scores.shape[1]
    for i, num_seen in enumerate(seen.num_seen.tolist()):
        sample = data_samples[i]
        set_prediction(sample, scores[i, num_seen - 1])
        sample.step_scores = scores[i, :num_seen]
        if criterion:
            sample.step_confidence = exit_confidence(
                seen.logits[i, :num_seen], criterion)
        sample.selection = Selection.create(
            torch.arange(num_seen), num_candidates, unit='patch',
            boxes=boxes[i, :num_seen])
        sample.cost = {
            name: cost.unit_macs * num_seen for name, cost in costs.items()
        }
    return data_samples
