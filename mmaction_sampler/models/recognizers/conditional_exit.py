"""Videos that leave the batch as soon as their prediction is sure."""
from typing import Callable, Optional

import torch
from torch import Tensor

from mmaction_sampler.ops import ExitCriterion, exit_confidence
from .adafocus_v2_types import Seen, SeenVideos, VideoState

SeeFrames = Callable[[Tensor, Optional[VideoState]], Seen]


def see_until_exit(see: SeeFrames, frames: Tensor, thresholds: Tensor,
                   criterion: ExitCriterion) -> SeenVideos:
    """Process frame after frame, each time those videos that are still there.

    Whether a video needs its next frame is known only after this one, so the
    T steps follow each other; all videos of a step are one batch. Nothing of
    a video is computed after it left.

    Args:
        see (Callable): Takes the next frame of some videos ``(B', 1, C, H,
            W)`` and their state.
        frames (Tensor): Float ``(B, T, C, H, W)``.
        thresholds (Tensor): Confidence that is enough, float ``(T, )``.
            After the last frame all leave.
        criterion (str): See :func:`exit_confidence`.

    Returns:
        SeenVideos: Logits and patches of what was seen.
    """
    num_videos, num_steps = frames.shape[:2]
    waiting = torch.arange(num_videos, device=frames.device)
    num_seen = torch.full_like(waiting, num_steps)
    state: Optional[VideoState] = None
    logits = patch_offset = None
    for step in range(num_steps):
        seen = see(frames[waiting, step:step + 1], state)
        if logits is None:
            logits = seen.logits.new_zeros(
                num_videos, num_steps, seen.logits.shape[-1])
            patch_offset = seen.patch_offset.new_zeros(
                num_videos, num_steps, 2)
        logits[waiting, step] = seen.logits[:, 0]
        patch_offset[waiting, step] = seen.patch_offset[:, 0]
        confidence = exit_confidence(seen.logits[:, 0], criterion)
        stays = ~(confidence >= thresholds[step])  # NaN is not sure
        num_seen[waiting[~stays]] = step + 1
        waiting, state = waiting[stays], seen.state.of(stays)
        if not len(waiting):
            break
    return SeenVideos(logits, patch_offset, num_seen)
