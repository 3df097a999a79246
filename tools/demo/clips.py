"""FASTER on the needle set: mixed clips against expensive or cheap ones.

For videos whose class tells the order of two plates, and for such whose class
does not: trains both clip models and FAST-GRU with one expensive clip for
three cheap ones, tests the average of the same clips' scores, and trains
FAST-GRU on cheap and on expensive clips alone, with the same clip models.
Prints a table and writes ``clips.json``. What is done is not repeated.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import Dict, List, Optional

import needle
from needle import Metrics
from rich.console import Console
from rich.table import Table

VARIANTS = {'order-free': 'faster_needle', 'order': 'faster_needle_order'}
MIXED, AVERAGE = 'FAST-GRU, 1:3', 'average, 1:3'
#: Rivals that are trained -> end of the config's name, and their clip model.
TRAINED = {
    'FAST-GRU, cheap clips': ('cheap', 'cheap_model'),
    'FAST-GRU, expensive clips': ('expensive', 'expensive_model'),
}
#: Rivals that only need the checkpoint of the first -> overrides of the
#: average's config.
READY = {
    AVERAGE: [],
    'average, cheap clips': ['model.clip_pattern=0:1'],
    'average, expensive clips': ['model.clip_pattern=1:0'],
}


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--seeds', type=int, nargs='+', default=[0],
        help='train once with each of these seeds')
    parser.add_argument(
        '--variants', nargs='+', choices=list(VARIANTS),
        default=list(VARIANTS), help='of the data set')
    parser.add_argument(
        '--data', default='data/needle',
        help='how the folders of the data sets begin')
    parser.add_argument(
        '--work-dir', default='work_dirs/clips', help='folder of the results')
    return parser.parse_args(argv)


def evaluate(variant: str, data: str, root: Path,
             seed: int) -> Dict[str, Metrics]:
    """Train and test all with one seed on one variant.

    Args:
        variant (str): A key of ``VARIANTS``.
        data (str): Folder of the data set.
        root (Path): Folder of the results.
        seed (int): Seed of the runs.

    Returns:
        dict[str, dict]: Name -> ``top1`` in [0, 1], ``num_frames`` (here
        expensive clips) and ``gflops`` per video.
    """
    alias = VARIANTS[variant]
    options = needle.data_options(data) + [f'randomness.seed={seed}']
    tested = needle.data_options(data, 'test')
    mixed = needle.train(f'{alias}.py', options, root / 'mixed')
    results = {
        MIXED: needle.test(f'{alias}.py', mixed, root / 'mixed' / 'test',
                           tested)
    }
    for name, overrides in READY.items():
        folder = root / name.replace(', ', '_').replace(':', 'to').replace(
            ' ', '_')
        results[name] = needle.test(f'{alias}_average.py', mixed,
                                    folder / 'test', tested + overrides)
    for name, (end, component) in TRAINED.items():
        config = f'{alias}_{end}.py'
        key = f'model.component_checkpoints.{component}.checkpoint'
        checkpoint = needle.train(
            config, [*options, f'{key}={mixed}'], root / end)
        results[name] = needle.test(config, checkpoint, root / end / 'test',
                                    tested)
    return results


def table(variant: str, results: Dict[int, Dict[str, Metrics]]) -> Table:
    """Top-1 of each seed, the lead of FAST-GRU on mixed clips, the cost."""
    drawn = Table(title=f'Needle test set, {variant}')
    drawn.add_column('')
    for seed in results:
        drawn.add_column(f'top-1, seed {seed}', justify='right')
        drawn.add_column('lead of 1:3', justify='right')
    drawn.add_column('GFLOPs per video', justify='right')
    first = next(iter(results.values()))
    for name in first:
        cells = []
        for metrics in results.values():
            top1 = metrics[name]['top1']
            lead = metrics[MIXED]['top1'] - top1
            cells += [f'{100 * top1:.1f}',
                      '' if name == MIXED else f'{100 * lead:+.1f}']
        drawn.add_row(name, *cells, f'{first[name]["gflops"]:.3f}')
    return drawn


def main(argv: Optional[List[str]] = None) -> None:
    """Generate, train, test, compare."""
    args = parse_args(argv)
    report = {}
    for variant in args.variants:
        data = f'{args.data}_{variant.replace("-", "_")}'
        needle.run(sys.executable, str(needle.GENERATOR), data, '--variant',
                   variant)
        results = {
            seed: evaluate(variant, data,
                           Path(args.work_dir, variant, f'seed{seed}'), seed)
            for seed in args.seeds
        }
        Console(width=120).print(table(variant, results))
        report[variant] = {str(seed): r for seed, r in results.items()}
    path = Path(args.work_dir, 'clips.json')
    path.write_text(json.dumps(report, indent=2) + '\n')
    print(f'{path} written')


if __name__ == '__main__':
    main()
