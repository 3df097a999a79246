"""Solve the thresholds of a conditional exit for a budget of GFLOPs.

Tests the checkpoint without exits on one split, finds the thresholds whose
mean cost there is the budget, and writes a copy of the checkpoint with them.
Reports accuracy against cost, with exits and at fixed lengths, on another
split, which is the honest figure: thresholds are solved on the config's
threshold_dataloader (training videos) and reported on its test_dataloader. A
config without the former needs --split and --report.
"""
import argparse
import json
import math
from pathlib import Path
from typing import List, Mapping, Optional, Sequence, Tuple

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_state_dict
from mmengine.runner.checkpoint import CheckpointLoader

from mmaction_sampler.apis.config_edits import read_config


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the recognizer')
    parser.add_argument('checkpoint', help='trained checkpoint')
    parser.add_argument('out', help='checkpoint to write')
    parser.add_argument(
        '--gflops', type=float, required=True,
        help='budget, mean multiply-adds / 1e9 a video')
    parser.add_argument(
        '--split', choices=['threshold', 'val', 'test'],
        help='whose dataloader of the config the thresholds are solved on '
        '(default: threshold, or val where there is no such)')
    parser.add_argument(
        '--report', choices=['val', 'test'],
        help='whose dataloader the figures are of (default: test after '
        '--split threshold, else that of --split)')
    parser.add_argument(
        '--points', type=int, default=19, help='budgets of the curve')
    parser.add_argument('--json', help='write the report to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


def chosen_splits(args: argparse.Namespace, cfg: Config) -> Tuple[str, str]:
    """Where thresholds are solved, and where figures are from.

    Raises:
        ValueError: If the config has no such dataloader.
    """
    solved = args.split or (
        'threshold' if cfg.get('threshold_dataloader') else 'val')
    report = args.report or ('test' if solved == 'threshold' else solved)
    lists = []
    for split in (solved, report):
        loader = cfg.get(f'{split}_dataloader')
        if not loader:
            raise ValueError(
                f'{args.config} has no {split}_dataloader; take another '
                f'--split or --report')
        lists.append(loader.dataset.get('ann_file'))
    if lists[0] == lists[1]:
        print(f'warning: thresholds are solved on the videos that the '
              f'figures are from ({lists[0]}), which flatters them; take a '
              f'--split with other videos')
    return solved, report


def print_table(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Points of curves, a line each; with mAP for several labels."""
    header, precision = 'frames  GFLOPs   top-1', 'mean_average_precision'
    several = any(precision in point
                  for points in curves.values() for point in points)
    print(f'{"":>17}{header}{"     mAP" if several else ""}')
    for name, points in curves.items():
        for p in points:
            more = f'  {p[precision]:.4f}' if several else ''
            print(f'{name:>16} {p["frames"]:6.2f}  {p["gflops"]:6.4f}  '
                  f'{p["top1"]:.4f}{more}')


def main(argv: Optional[List[str]] = None) -> None:
    """Solve, write the checkpoint, print and write the report."""
    args = parse_args(argv)
    if Path(args.out).resolve() == Path(args.checkpoint).resolve():
        raise ValueError(
            f'{args.out} is the checkpoint itself, which is not overwritten; '
            f'give another path to write to')
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    from mmaction.registry import MODELS

    from mmaction_sampler.apis.exit_thresholds import (
        exit_curves, exit_point, record_steps, solve_for_gflops)
    for path in filter(None, (args.out, args.json)):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    checkpoint = CheckpointLoader.load_checkpoint(
        args.checkpoint, map_location='cpu')
    state_dict = checkpoint.get('state_dict', checkpoint)
    model = MODELS.build(cfg.model)
    load_state_dict(model, state_dict, strict=True)
    model.to(get_device())

    solved, report = chosen_splits(args, cfg)
    records = {
        split: record_steps(
            model, Runner.build_dataloader(cfg[f'{split}_dataloader']))
        for split in {solved, report}
    }
    thresholds = solve_for_gflops(records[solved], args.gflops)
    state_dict['exit_thresholds'] = thresholds
    torch.save(checkpoint, args.out)

    exits, fixed = exit_curves(
        records[solved], records[report], args.points)
    point = exit_point(records[report], thresholds)
    print(f'solved on {solved}, these are of {report}')
    print_table({'fixed length': fixed, 'conditional exit': exits,
                 f'{args.gflops:g} GFLOPs': [point]})
    if args.json:
        # JSON has no infinity: null is a step after which none leaves.
        finite = [value if math.isfinite(value) else None
                  for value in thresholds.tolist()]
        content = dict(budget=point, thresholds=finite,
                       conditional_exit=exits, fixed_length=fixed)
        Path(args.json).write_text(
            json.dumps(content, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
