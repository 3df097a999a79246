"""Solve the thresholds of a conditional exit for a budget of GFLOPs.

Tests the checkpoint without exits on one split, finds the thresholds whose
mean cost there is the budget, and writes a copy of the checkpoint with them.
Reports accuracy against cost, with exits and at fixed lengths; on another
split if --report is given, which is the honest figure.
"""
import argparse
import json
import math
from pathlib import Path
from typing import List, Optional

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from mmengine.config import DictAction
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
        '--split', choices=['val', 'test'], default='val',
        help='whose dataloader of the config the thresholds are solved on')
    parser.add_argument(
        '--report', choices=['val', 'test'],
        help='whose dataloader the figures are of; by default that of '
        '--split')
    parser.add_argument(
        '--points', type=int, default=19, help='budgets of the curve')
    parser.add_argument('--json', help='write the report to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


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

    report = args.report or args.split
    records = {
        split: record_steps(
            model, Runner.build_dataloader(cfg[f'{split}_dataloader']))
        for split in {args.split, report}
    }
    thresholds = solve_for_gflops(records[args.split], args.gflops)
    state_dict['exit_thresholds'] = thresholds
    torch.save(checkpoint, args.out)

    exits, fixed = exit_curves(
        records[args.split], records[report], args.points)
    point = exit_point(records[report], thresholds)
    print(f'{"":>17}frames  GFLOPs   top-1   (on {report})')
    for name, points in (('fixed length', fixed), ('conditional exit', exits),
                         (f'{args.gflops:g} GFLOPs', [point])):
        for p in points:
            print(f'{name:>16} {p["frames"]:6.2f}  {p["gflops"]:6.4f}  '
                  f'{p["top1"]:.4f}')
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
