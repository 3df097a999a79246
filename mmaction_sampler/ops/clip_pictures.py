"""Taking a few of the pictures of every clip."""
import torch
from torch import Tensor


def _places(clips: Tensor) -> Tensor:
    """Place of each picture in its clip, of grouped clips, long ``(M, )``."""
    starts = torch.searchsorted(clips, clips)
    return torch.arange(len(clips), device=clips.device) - starts


def spread_pictures(clips: Tensor, limit: int) -> Tensor:
    """At most so many pictures of each clip, evenly spread among them.

    Args:
        clips (Tensor): The clip of each picture, ascending, long ``(M, )``.
        limit (int): Pictures of a clip, at least 1; one is the middle one.

    Returns:
        Tensor: Ascending positions, long.
    """
    if not len(clips):
        return clips
    counts = clips.bincount()[clips]
    share = (limit / counts).clamp(max=1)
    ends = (_places(clips) + 0.5) * share + 0.5
    return (ends.floor() > (ends - share).floor()).nonzero().flatten()


def random_pictures(clips: Tensor, limit: int) -> Tensor:
    """At most so many random pictures of each clip.

    Args:
        clips (Tensor): The clip of each picture, long ``(M, )``.
        limit (int): Pictures of a clip, at least 1.

    Returns:
        Tensor: Ascending positions, long, from torch's global random state.
    """
    shuffled = torch.randperm(len(clips))
    grouped = shuffled[clips[shuffled].argsort(stable=True)]
    return grouped[_places(clips[grouped]) < limit].sort().values
