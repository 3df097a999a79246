"""Thresholds of a conditional exit, and what they give."""
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

import torch
from mmaction.evaluation import mean_average_precision
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from mmaction_sampler.ops import exit_steps, solve_exit_thresholds

Point = Dict[str, float]


class StepRecord(NamedTuple):
    """What a recognizer knew of V videos after each of their T frames.

    Attributes:
        confidence (Tensor): Float ``(V, T)``.
        correct (Tensor): 1 where the first class is a true label, else 0,
            float ``(V, T)``.
        frame_gflops (float): Cost of one frame, multiply-adds / 1e9.
        scores (Tensor, optional): Of videos with several labels, float
            ``(V, T, num_classes)``.
        labels (Tensor, optional): Of the same, zeros and ones, float
            ``(V, num_classes)``.
    """
    confidence: Tensor
    correct: Tensor
    frame_gflops: float
    scores: Optional[Tensor] = None
    labels: Optional[Tensor] = None


def record_steps(model: nn.Module, batches: Iterable[dict]) -> StepRecord:
    """Test a recognizer without exits and keep what it knew on the way.

    Args:
        model (nn.Module): A recognizer with ``exit_thresholds`` whose
            ``test_step`` gives ``step_scores`` and ``step_confidence``; put
            into eval mode, its thresholds left as they were.
        batches (Iterable[dict]): Of a data loader in test mode.

    Returns:
        StepRecord: On the CPU.

    Raises:
        ValueError: If no video could be read.
    """
    model.eval()
    thresholds = model.exit_thresholds.clone()
    model.exit_thresholds.fill_(float('inf'))
    confidence, correct, scores, labels, gflops = [], [], [], [], 0.
    try:
        for batch in batches:
            with torch.no_grad():
                samples = model.test_step(batch)
            for sample in samples:
                if 'step_scores' not in sample:
                    continue  # what stands for a batch without videos
                confidence.append(sample.step_confidence.cpu())
                correct.append(_correct(sample))
                if sample.gt_label.is_floating_point():
                    scores.append(sample.step_scores.cpu())
                    labels.append(sample.gt_label.cpu())
                gflops = sum(sample.cost.values()) / 1e9
    finally:
        model.exit_thresholds.copy_(thresholds)
    if not confidence:
        raise ValueError(
            'no video of the split could be read; look at its ann_file and '
            'data_prefix')
    return StepRecord(
        torch.stack(confidence), torch.stack(correct),
        gflops / len(confidence[0]),
        *(map(torch.stack, (scores, labels)) if labels else ()))


def solve_for_gflops(record: StepRecord, gflops: float) -> Tensor:
    """Thresholds that spend a mean number of GFLOPs a video.

    Args:
        record (StepRecord): Of the split to solve on.
        gflops (float): Budget, multiply-adds / 1e9 a video.

    Returns:
        Tensor: Thresholds, float ``(T, )``. A budget for more than all
        frames gives infinite ones, no exit.

    Raises:
        ValueError: If the budget does not suffice for one frame.
    """
    num_steps = record.confidence.shape[1]
    if gflops < record.frame_gflops:
        raise ValueError(
            f'a budget of {gflops:g} GFLOPs a video is less than one frame, '
            f'which costs {record.frame_gflops:.4f}; give more')
    frames = min(gflops / record.frame_gflops, num_steps)
    return solve_exit_thresholds(record.confidence, frames)[0]


def exit_point(record: StepRecord, thresholds: Tensor) -> Point:
    """Cost and accuracy of the videos of a split under thresholds.

    Args:
        record (StepRecord): Of that split.
        thresholds (Tensor): Float ``(T, )``.

    Returns:
        dict[str, float]: Means ``frames``, ``gflops`` and ``top1``, and of
        videos with several labels ``mean_average_precision``.
    """
    return _point(record, exit_steps(record.confidence, thresholds))


def exit_curves(solved_on: StepRecord, reported_on: StepRecord,
                num_points: int) -> Tuple[List[Point], List[Point]]:
    """Accuracy against cost, with exits and at fixed lengths.

    Args:
        solved_on (StepRecord): The split that thresholds are solved on.
        reported_on (StepRecord): The split that they are applied to.
        num_points (int): Budgets, evenly spread from one to all frames.

    Returns:
        tuple[list[dict], list[dict]]: Points of the conditional exit, by
        budget, and of stopping all videos after 1 to T frames.
    """
    num_steps = solved_on.confidence.shape[1]
    exits = [
        exit_point(reported_on,
                   solve_exit_thresholds(solved_on.confidence, budget)[0])
        for budget in torch.linspace(1, num_steps, num_points).tolist()
    ]
    everyone = torch.ones(len(reported_on.confidence), dtype=torch.long)
    fixed = [_point(reported_on, step * everyone)
             for step in range(num_steps)]
    return exits, fixed


def _point(record: StepRecord, steps: Tensor) -> Point:
    """Of videos that stop after the step of that number, long ``(V, )``."""
    videos = torch.arange(len(steps))
    frames = (steps + 1).double().mean().item()
    point = dict(frames=frames, gflops=frames * record.frame_gflops,
                 top1=record.correct[videos, steps].mean().item())
    if record.labels is not None:
        point['mean_average_precision'] = float(mean_average_precision(
            list(record.scores[videos, steps].numpy()),
            list(record.labels.numpy())))
    return point


def _correct(sample: ActionDataSample) -> Tensor:
    """Whether the first class after each frame is a true label."""
    first = sample.step_scores.argmax(dim=-1).cpu()
    label = sample.gt_label.cpu()
    if label.is_floating_point():  # zeros and ones
        return label[first]
    return (first == label).float()
