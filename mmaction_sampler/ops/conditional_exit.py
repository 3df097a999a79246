"""Stopping early: how sure a prediction is, and when that is enough."""
from typing import Literal, Tuple

import torch
from torch import Tensor

from .precision import full_precision

ExitCriterion = Literal['probability', 'logit']


def exit_confidence(logits: Tensor, criterion: ExitCriterion) -> Tensor:
    """How sure a prediction is of its first class.

    Args:
        logits (Tensor): Float ``(..., K)``.
        criterion (str): ``'probability'``, the largest probability, in
            [1 / K, 1]; or ``'logit'``, the largest logit, any number, which
            the authors of AdaFocusV2 use.

    Returns:
        Tensor: At least float32, ``(...)``.
    """
    logits = full_precision(logits)
    values = logits.softmax(dim=-1) if criterion == 'probability' else logits
    return values.amax(dim=-1)


def exit_steps(confidence: Tensor, thresholds: Tensor) -> Tensor:
    """The frame after which each video leaves.

    Args:
        confidence (Tensor): After every frame, float ``(B, T)``.
        thresholds (Tensor): Confidence that is enough, float ``(T, )``.
            After the last frame a video leaves anyway.

    Returns:
        Tensor: Position of the first frame after which the threshold is
        reached, long ``(B, )``, in [0, T).
    """
    enough = confidence >= thresholds
    enough[:, -1] = True
    return enough.to(torch.uint8).argmax(dim=1)  # the first of the largest


def geometric_shares(ratio: float, num_steps: int) -> Tensor:
    """Shares of videos that leave after each frame, a geometric series.

    Args:
        ratio (float): Share after a frame / share after the one before it,
            above 0. Below 1 most leave early, above 1 most leave late.
        num_steps (int): T.

    Returns:
        Tensor: Float64 ``(T, )``, sum 1.
    """
    steps = torch.arange(num_steps, dtype=torch.float64)
    log_ratio = torch.tensor(ratio, dtype=torch.float64).log()
    return (steps * log_ratio).softmax(dim=0)


def thresholds_for_shares(confidence: Tensor, shares: Tensor) -> Tensor:
    """Thresholds under which given shares of videos leave at each step.

    Of those that are still there, the surest leave. A threshold lies
    halfway between the last that leaves and the next one, so that rounding,
    which differs between batches, moves no video across it.

    Args:
        confidence (Tensor): Of V videos of a data split after every frame,
            float ``(V, T)``.
        shares (Tensor): Share of all V videos to leave after each frame,
            float ``(T, )``, sum 1.

    Returns:
        Tensor: Float ``(T, )``; infinite where none shall leave. Ties make
        more leave than asked for.
    """
    num_videos, num_steps = confidence.shape
    wanted = (shares.cumsum(dim=0) * num_videos).round().long().tolist()
    thresholds = confidence.new_full((num_steps, ), float('inf'))
    waiting = confidence
    for step in range(num_steps - 1):
        num_leaving = wanted[step] - (num_videos - len(waiting))
        if num_leaving <= 0 or not len(waiting):
            continue
        values = waiting[:, step]
        leaving = min(num_leaving, len(values))
        last = values.topk(leaving).values[-1]
        staying = values < last
        thresholds[step] = _halfway(last, values[staying])
        waiting = waiting[staying]
    return thresholds


def _halfway(last: Tensor, staying: Tensor) -> Tensor:
    """Between a confidence and the next lower one, above the latter."""
    if not len(staying):
        return last - 1e-5 * last.abs()
    highest = staying.amax()
    middle = highest + (last - highest) / 2
    return torch.where(middle > highest, middle, last)


def solve_exit_thresholds(confidence: Tensor,
                          budget: float) -> Tuple[Tensor, float]:
    """Thresholds that spend at most a mean number of frames a video.

    AdaFocusV2's conditional exit: the shares that leave are a geometric
    series, whose ratio is found by bisection so that the budget is spent.

    Args:
        confidence (Tensor): Of V videos of a data split after every frame,
            float ``(V, T)``.
        budget (float): Mean frames a video, in [1, T].

    Returns:
        tuple[Tensor, float]: Thresholds, float ``(T, )``, and the mean
        number of frames that they give on the split, at most the budget.

    Raises:
        ValueError: If the budget is outside [1, T].
    """
    num_steps = confidence.shape[1]
    if not 1 <= budget <= num_steps:
        raise ValueError(
            f'the budget must be between 1 and T = {num_steps} frames a '
            f'video, but got {budget:g}')

    def solve(log_ratio: float) -> Tuple[Tensor, float]:
        ratio = float(torch.tensor(log_ratio, dtype=torch.float64).exp())
        shares = geometric_shares(ratio, num_steps)
        thresholds = thresholds_for_shares(confidence, shares)
        steps = exit_steps(confidence, thresholds) + 1
        return thresholds, steps.double().mean().item()

    low, high = -50., 50.  # all leave after the first, after the last frame
    best = solve(high)
    if best[1] <= budget:
        return best
    best = solve(low)
    for _ in range(60):
        middle = (low + high) / 2
        found = solve(middle)
        if found[1] <= budget:
            low, best = middle, found
        else:
            high = middle
    return best
