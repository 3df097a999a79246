"""How much memory do many loads of videos take and keep?

``python tools/reliability/memory_growth.py CONFIG --loads 1000`` loads videos
of the config's training set again and again, as training does, and prints
the resident memory of this process and of the one that loads, after a tenth
of the loads and at the end. Exits with 1 if it grew by more than allowed.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import List, Optional

import mmaction_sampler  # noqa: F401
from mmaction_sampler.apis.config_edits import read_config
from mmaction.registry import DATASETS
from mmengine.config import DictAction
from mmengine.registry import init_default_scope


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config')
    parser.add_argument('--loads', type=int, default=1000)
    parser.add_argument('--max-growth', type=float, default=50.,
                        help='megabytes (1e6 bytes)')
    parser.add_argument('--split', choices=('train', 'val', 'test'),
                        default='train')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    args = parser.parse_args(argv)
    # A tenth of fewer is none: the first load, which imports, would count.
    if args.loads < 10:
        parser.error(f'--loads must be at least 10, not {args.loads}')
    return args


def resident() -> float:
    """Megabytes of this process and of its children."""
    total = 0
    children = Path('/proc/self/task').glob('*/children')
    numbers = ['self', *(n for c in children for n in c.read_text().split())]
    for number in numbers:
        for line in Path(f'/proc/{number}/status').read_text().splitlines():
            if line.startswith('VmRSS:'):
                total += int(line.split()[1]) * 1024
    return total / 1e6


def main(argv: Optional[List[str]] = None) -> int:
    """Load, measure and print; return the exit status."""
    args = parse_args(argv)
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope('mmaction')
    dataset = DATASETS.build(cfg[f'{args.split}_dataloader'].dataset)
    replaced = 0
    for i in range(args.loads):
        if i == args.loads // 10:
            before = resident()
        sample = dataset[i % len(dataset)]['data_samples']
        replaced += 'broken_videos' in sample
    after = resident()
    growth = after - before
    print(json.dumps(dict(
        loads=args.loads, videos=len(dataset), replaced=replaced,
        mb_after_a_tenth=round(before, 1), mb_at_the_end=round(after, 1),
        growth_mb=round(growth, 1), allowed_mb=args.max_growth)))
    return 1 if growth > args.max_growth else 0


if __name__ == '__main__':
    sys.exit(main())
