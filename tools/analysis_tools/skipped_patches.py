"""What a model that skips patches computes, by running it."""
from pathlib import Path
from typing import Tuple

import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn


@torch.no_grad()
def executed_cost(path: Path, keep_ratio: float, num_videos: int = 5,
                  size: int = 224) -> Tuple[float, float]:
    """Mean cost of videos with that share of patches kept.

    Needs no data and no weights: the videos are noise, the weights random,
    and the threshold is solved on these videos.

    Args:
        path (Path): Config of an ``AdaFocusPlus``.
        keep_ratio (float): Share of patches to keep, in (0, 1].
        num_videos (int): Videos, so many that the share of all their frames
            is a whole number. Defaults to 5.
        size (int): Side of the frames, pixels. Defaults to 224.

    Returns:
        tuple[float, float]: Patches kept and multiply-adds, means per video.
    """
    cfg = Config.fromfile(path)
    init_default_scope(cfg.default_scope)
    from mmaction.registry import MODELS
    torch.manual_seed(0)
    model = MODELS.build(dict(cfg.model, keep_ratio=keep_ratio)).eval()
    # It starts at zero: all frames would be worth the same.
    nn.init.normal_(model.skip_policy.actor.weight)
    videos = torch.randn(num_videos, model.num_candidates, 3, size, size)
    model.set_keep_threshold(torch.cat([
        model.skip_policy.keep_prob(model.glance(video[None]))[0]
        for video in videos]))
    samples = [model.predict(video[None], [ActionDataSample()])[0]
               for video in videos]
    kept = sum(len(sample.selection.inds) for sample in samples)
    macs = sum(sum(sample.cost.values()) for sample in samples)
    return kept / num_videos, macs / num_videos
