"""AdaFocus, AdaFocus+ and AdaFocusV2 on the needle set, side by side.

Stands on ``make demo`` with the same seeds: the classifier that was trained
there is what all local networks start from. Trains each with ``mim train``,
tests with ``mim test``, AdaFocus+ at several keep ratios, solves
AdaFocusV2's exits on validation for the curve on test. Prints a table and
writes ``patches.json``. What is done is not repeated.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import needle
from needle import Metrics
from policies import compare_seeds, demo_checkpoint, demo_parser

SOLVER = Path(__file__).resolve().parents[1] / (
    'analysis_tools/solve_exit_thresholds.py')
#: What is trained -> shipped config.
TRAINED = {
    'AdaFocus': 'adafocus_needle.py',
    'centre': 'adafocus_needle_center.py',
    'random': 'adafocus_needle_random.py',
    'AdaFocusV2': 'adafocusv2_needle.py',
    'AdaFocus+': 'adafocus_plus_needle.py',
}
#: Shares of patches at which AdaFocus+ is tested, the paper's and all.
KEEP_RATIOS = (1., 0.9, 0.7, 0.5)
#: Fixed patches that AdaFocusV2's checkpoint is tested with -> shipped config.
FIXED = {
    'centre': 'adafocusv2_needle_center.py',
    'random': 'adafocusv2_needle_random.py',
}


def tests_of(method: str) -> Dict[str, Tuple[str, List[str]]]:
    """Name of each test of a trained method -> config, and its overrides."""
    config = TRAINED[method]
    if method == 'AdaFocus+':
        return {
            f'{method}, keep ratio {ratio:g}':
            (config, [f'model.keep_ratio={ratio:g}',
                      'custom_hooks.1.before_test=True'])
            for ratio in KEEP_RATIOS
        }
    tests: Dict[str, Tuple[str, List[str]]] = {method: (config, [])}
    if method == 'AdaFocusV2':
        tests.update({f'{method}, {patches}': (fixed, [])
                      for patches, fixed in FIXED.items()})
    return tests


def evaluate(args: argparse.Namespace, seed: int) -> Dict[str, Metrics]:
    """Train and test all methods with one seed.

    Args:
        args (argparse.Namespace): Options of the command.
        seed (int): Seed of the runs.

    Returns:
        dict[str, dict]: Name of the test -> ``top1`` in [0, 1],
        ``num_frames`` (here patches) and ``gflops`` per video.
    """
    root = Path(args.work_dir, f'seed{seed}', 'patches')
    start = 'model.component_checkpoints.local_cnn.'
    splits = [*needle.data_options(args.data),
              *needle.data_options(args.data, 'test')]
    options = [
        *splits, f'randomness.seed={seed}',
        f'{start}checkpoint={demo_checkpoint(Path(args.work_dir), seed)}',
        f'{start}prefix=classifier.backbone.'
    ]
    results = {}
    for method in args.methods:
        config = TRAINED[method]
        work_dir = root / method
        checkpoint = needle.train(config, options, work_dir)
        for name, (tested, overrides) in tests_of(method).items():
            saved = root / f'{name.replace(", ", "_").replace(" ", "_")}.json'
            if not saved.is_file():
                metrics = needle.test(
                    tested, checkpoint, work_dir / 'test', splits + overrides)
                needle.write_whole(saved, json.dumps(metrics))
            results[name] = json.loads(saved.read_text())
        if method == 'AdaFocusV2':
            solve_exits(config, checkpoint, root, splits,
                        results[method]['gflops'] / 2)
    return results


def solve_exits(config: str, checkpoint: str, root: Path, splits: List[str],
                gflops: float) -> None:
    """Solve AdaFocusV2's exits for a budget, and write the whole curve.

    Args:
        config (str): Name of a shipped config.
        checkpoint (str): Path.
        root (Path): Folder of the results; ``exits.json`` goes there.
        splits (list[str]): Overrides that point at the data set.
        gflops (float): Budget, multiply-adds / 1e9 a video.
    """
    report = root / 'exits.json'
    if not report.is_file():
        configs = Path(__file__).resolve().parents[2] / 'configs'
        needle.run(
            sys.executable, str(SOLVER), str(configs / config), checkpoint,
            str(root / 'exits.pth'), '--gflops', f'{gflops:.4f}', '--split',
            'val', '--report', 'test', '--json', str(report),
            '--cfg-options', *splits)


def main(argv: Optional[List[str]] = None) -> None:
    """Train, test, compare."""
    parser = demo_parser(__doc__)
    parser.add_argument(
        '--methods', nargs='+', choices=list(TRAINED), default=list(TRAINED),
        help='what to train and test')
    compare_seeds(evaluate, parser.parse_args(argv), 'patches.json',
                  'Needle test set, patches')


if __name__ == '__main__':
    main()
