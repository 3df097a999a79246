"""Choosing clips from saliencies of one video, by sight and by sound."""
from typing import Tuple

import torch
from torch import Tensor


def clip_means(values: Tensor, clips: Tensor,
               num_clips: int) -> Tuple[Tensor, Tensor]:
    """Mean of the values of each clip.

    Args:
        values (Tensor): Of M pictures, float ``(M, )``.
        clips (Tensor): The clip of each, long ``(M, )`` in [0, L).
        num_clips (int): L.

    Returns:
        tuple[Tensor, Tensor]: Means, float ``(L, )``, 0 for a clip without
        values, and how many values there were, ``(L, )`` of the same type.
    """
    zeros = values.new_zeros(num_clips)
    counts = zeros.index_add(0, clips, torch.ones_like(values))
    sums = zeros.index_add(0, clips, values)
    return sums / counts.clamp(min=1), counts


def ranks(scores: Tensor) -> Tensor:
    """Place of every clip in the list sorted by score.

    Args:
        scores (Tensor): Float ``(L, )``.

    Returns:
        Tensor: Places from 0, the highest score first, and of equal scores
        the earlier clip, long ``(L, )``.
    """
    order = scores.argsort(descending=True, stable=True)
    return torch.empty_like(order).scatter_(
        0, order, torch.arange(len(order), device=order.device))


def intersection_depths(visual: Tensor, audio: Tensor) -> Tensor:
    """How deep both lists have to be read until each clip is in both.

    The clip enters the intersection of the two top-m lists at this m. Two
    clips that enter together are told apart by their visual place, which
    adds less than 1.

    Args:
        visual (Tensor): Float ``(L, )``.
        audio (Tensor): Float ``(L, )``.

    Returns:
        Tensor: m, from 1, plus a fraction below 1, float64 ``(L, )``.
    """
    seen, heard = ranks(visual), ranks(audio)
    return (torch.maximum(seen, heard) + 1).double() + seen / (
        len(seen) + 1.)


def union_list(visual: Tensor, audio: Tensor, num_visual: int,
               num_selected: int) -> Tensor:
    """The K' first clips of one list, filled up from the other.

    Args:
        visual (Tensor): Float ``(L, )``.
        audio (Tensor): Float ``(L, )``.
        num_visual (int): K', in ``[0, K]``.
        num_selected (int): K, in ``[1, L]``.

    Returns:
        Tensor: Ascending positions, long ``(K, )``.
    """
    is_seen = ranks(visual) < num_visual
    # Behind all clips that are in already.
    rest = ranks(audio) + len(audio) * is_seen.long()
    more = rest.argsort()[:num_selected - num_visual]
    return torch.cat([is_seen.nonzero().flatten(), more]).sort().values
