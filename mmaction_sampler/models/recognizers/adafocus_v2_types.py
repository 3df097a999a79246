"""What AdaFocusV2 hands from one part of its computation to the next."""
from typing import NamedTuple

from torch import Tensor


class Glance(NamedTuple):
    """What the global network gives of S frames of B videos.

    Attributes:
        maps (Tensor): Feature maps, float ``(B, S, C, h, w)``.
        vectors (Tensor): The same pooled over space, float ``(B, S, C)``.
    """
    maps: Tensor
    vectors: Tensor


class VideoState(NamedTuple):
    """What is remembered of the frames of B videos seen so far.

    Attributes:
        hidden (Tensor): Of the policy's GRU, float ``(1, B, D)``.
        running_max (Tensor): Of the classifier, float ``(B, D')``.
        num_seen (int): Number of frames.
    """
    hidden: Tensor
    running_max: Tensor
    num_seen: int

    def of(self, videos: Tensor) -> 'VideoState':
        """The state of some of the videos, bool ``(B, )``."""
        return VideoState(self.hidden[:, videos], self.running_max[videos],
                          self.num_seen)


class Seen(NamedTuple):
    """What S more frames of B videos gave.

    Attributes:
        logits (Tensor): After each frame, at least float32, ``(B, S, K)``.
        patch_offset (Tensor): (y, x) in [0, 1], float ``(B, S, 2)``.
        state (VideoState): After the last frame.
    """
    logits: Tensor
    patch_offset: Tensor
    state: VideoState


class SeenVideos(NamedTuple):
    """What whole videos gave, each up to the frame after which it left.

    Attributes:
        logits (Tensor): After each frame, at least float32, ``(B, T, K)``.
            Zeros where nothing was computed, after the exit.
        patch_offset (Tensor): (y, x) in [0, 1], float ``(B, T, 2)``. Zeros
            where nothing was computed.
        num_seen (Tensor): Frames until the exit, long ``(B, )``, in [1, T].
    """
    logits: Tensor
    patch_offset: Tensor
    num_seen: Tensor

    def final_logits(self) -> Tensor:
        """Logits after the last frame that was seen, ``(B, K)``."""
        last = (self.num_seen - 1)[:, None, None]
        last = last.expand(-1, -1, self.logits.shape[-1])
        return self.logits.gather(1, last).squeeze(1)
