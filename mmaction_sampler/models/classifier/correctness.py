"""How often a classifier is right with m of T candidates."""
from math import comb

import torch
from torch import Tensor

from mmaction_sampler.ops import random_inds
from .clip_scorer import ClipScorer

#: Clips that go through the classifier at once.
_CLIPS_PER_PASS = 512


def correctness_ratios(scorer: ClipScorer, targets: Tensor,
                       num_candidates: int, num_budgets: int,
                       num_combinations: int) -> Tensor:
    """Ratio r^m of combinations of m frames that are classified correctly.

    OCSampler Eq. (10), for m = 1 to M. All C(T, m) combinations where they
    are at most ``num_combinations``, else an unbiased Monte-Carlo estimate
    from as many random ones, the same for all videos of the batch.

    Args:
        scorer (ClipScorer): The frozen classifier on B videos.
        targets (Tensor): Zeros and ones, float ``(B, num_classes)``; with
            several true labels a prediction of any of them is correct.
        num_candidates (int): T.
        num_budgets (int): M, in ``[1, T]``.
        num_combinations (int): Combinations of each m, at least 1.

    Returns:
        Tensor: Float ``(B, M)`` in [0, 1].
    """
    batch_size = len(targets)
    videos = torch.arange(batch_size, device=targets.device)
    ratios = []
    for m in range(1, num_budgets + 1):
        clips = _combinations(
            num_candidates, m, num_combinations, targets.device)
        correct = []
        for part in clips.split(max(1, _CLIPS_PER_PASS // batch_size)):
            inds = part[:, None].expand(-1, batch_size, -1)  # (S, B, m)
            predicted = scorer(inds).argmax(dim=-1)  # (S, B)
            correct.append(targets[videos, predicted])
        ratios.append(torch.cat(correct).mean(dim=0))
    return torch.stack(ratios, dim=1)


def _combinations(num_candidates: int, m: int, limit: int,
                  device: torch.device) -> Tensor:
    """All combinations of m candidates or ``limit`` random ones, long
    ``(c, m)``."""
    if comb(num_candidates, m) > limit:
        return random_inds(limit, num_candidates, m, device)
    candidates = torch.arange(num_candidates, device=device)
    return torch.combinations(candidates, m)
