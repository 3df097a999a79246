"""The demo: train an OCSampler on generated videos and compare policies.

Generates the needle data set, trains both stages with ``mim train``, tests
the same classifier with learned, uniform and random frames with ``mim test``,
prints a table and writes ``summary.json``.
"""
import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean, stdev
from typing import Dict, List, Optional

import torch
from rich.console import Console
from rich.table import Table

from mmaction_sampler.whole_file import whole_file

GENERATOR = Path(__file__).resolve().parents[1] / 'data/needle/generate.py'
#: Policy -> shipped config that tests it.
POLICIES = {
    'learned': 'ocsampler_needle.py',
    'uniform': 'ocsampler_needle_uniform.py',
    'random': 'ocsampler_needle_random.py',
}
SHORT_OPTIONS = [
    'custom_hooks.0.stages.0.epochs=1', 'custom_hooks.0.stages.1.epochs=1',
    'train_cfg.max_epochs=2', 'train_dataloader.batch_size=8'
]
SHORT_SPLITS = ['--num-train', '32', '--num-val', '16', '--num-test', '16']

Metrics = Dict[str, float]


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--seeds', type=int, nargs='+', default=[0],
        help='train once with each of these seeds')
    parser.add_argument(
        '--data', default='data/needle', help='folder of the data set')
    parser.add_argument(
        '--work-dir', default='work_dirs/demo', help='folder of the results')
    parser.add_argument(
        '--short', action='store_true',
        help='a few videos and one epoch a stage: that it runs, not that it '
        'learns')
    return parser.parse_args(argv)


def run(*command: str) -> None:
    """Run a command, its output visible; stop the demo if it fails."""
    print('\n$ ' + ' '.join(command), flush=True)
    status = subprocess.run(command).returncode
    if status:
        sys.exit(f'error: this step of the demo ended with status {status}')


def mim(verb: str, config: str, options: List[str], *more: str) -> None:
    """``mim train`` or ``mim test`` with the shipped config of this name."""
    # Not ``python -m mim``: beside the sources it would find those, and not
    # what is installed.
    script = str(Path(sys.executable).with_name('mim'))
    gpus = '1' if torch.cuda.is_available() else '0'
    overrides = ['--cfg-options', *options] if options else []
    run(script, verb, 'mmaction_sampler', config, '--gpus', gpus, *more,
        *overrides)


def data_options(data: str, policy: Optional[str] = None) -> List[str]:
    """Overrides that point a config at the folder of the data set."""
    keys = ['test_dataloader.dataset']
    if policy is None:
        keys = ['train_dataloader.dataset', 'val_dataloader.dataset']
    elif policy == 'random':  # repeats the data set that is inside it
        keys = ['test_dataloader.dataset.dataset']
    options = []
    for key in keys:
        split = key.split('_')[0]
        options += [f'{key}.ann_file={data}/annotations/{split}.txt',
                    f'{key}.data_prefix.video={data}/videos']
    return options


def train_and_test(args: argparse.Namespace,
                   seed: int) -> Dict[str, Metrics]:
    """One training and three tests.

    Args:
        args (argparse.Namespace): Options of the command.
        seed (int): Seed of the training.

    Returns:
        dict[str, dict]: Policy -> ``top1`` in [0, 1], ``num_frames``,
        ``gflops`` per video.
    """
    work_dir = Path(args.work_dir, f'seed{seed}')
    options = data_options(args.data) + [f'randomness.seed={seed}']
    options += SHORT_OPTIONS if args.short else []
    mim('train', POLICIES['learned'], options, '--work-dir', str(work_dir))
    checkpoint = (work_dir / 'last_checkpoint').read_text().strip()
    return {
        policy: test(config, checkpoint, work_dir / policy,
                     data_options(args.data, policy))
        for policy, config in POLICIES.items()
    }


def write_whole(path: Path, text: str) -> None:
    """Write a file whose being there says that something was done."""
    with whole_file(path) as part:
        part.write_text(text)


def train(config: str, options: List[str], work_dir: Path) -> str:
    """``mim train``, unless it was done.

    Args:
        config (str): Name of a shipped config.
        options (list[str]): Overrides of the config.
        work_dir (Path): Folder of the run.

    Returns:
        str: Path of the last checkpoint.
    """
    done = work_dir / 'done'
    if not done.is_file():
        mim('train', config, options, '--work-dir', str(work_dir))
        write_whole(done, (work_dir / 'last_checkpoint').read_text())
    return done.read_text().strip()


def test(config: str, checkpoint: str, work_dir: Path,
         options: List[str]) -> Metrics:
    """``mim test``.

    Args:
        config (str): Name of a shipped config.
        checkpoint (str): Path.
        work_dir (Path): Folder for the log; the metrics go beside it.
        options (list[str]): Overrides of the config.

    Returns:
        dict: ``top1`` in [0, 1], ``num_frames`` and ``gflops`` per video.
    """
    metrics_file = work_dir.with_suffix('.json')
    mim('test', config, options, '--checkpoint', checkpoint, '--work-dir',
        str(work_dir), '--json', str(metrics_file))
    metrics = json.loads(metrics_file.read_text())
    return dict(
        top1=metrics['acc/top1'],
        num_frames=metrics['cost/num_selected'],
        gflops=metrics['cost/gflops'])


def summarize(results: Dict[int, Dict[str, Metrics]]) -> dict:
    """Means over the seeds, and each seed's own figures.

    Args:
        results (dict): Seed -> policy -> metrics.

    Returns:
        dict: ``policies`` (policy -> mean metrics) and ``seeds``.
    """
    names = list(next(iter(results.values())))
    policies = {
        policy: {
            key: mean(r[policy][key] for r in results.values())
            for key in ('top1', 'num_frames', 'gflops')
        }
        for policy in names
    }
    return dict(policies=policies,
                seeds={str(seed): r for seed, r in results.items()})


def table(results: Dict[int, Dict[str, Metrics]],
          title: str = 'Needle test set, the same classifier') -> Table:
    """The results as a table, with the spread over seeds if several.

    The first policy of the results is the one that leads the others.
    """
    first, *_ = names = list(next(iter(results.values())))
    seeds = ', '.join(str(seed) for seed in results)
    drawn = Table(title=f'{title}, seed {seeds}')
    for column in ('frames', 'top-1', f'{first} leads by', 'frames used',
                   'GFLOPs per video'):
        drawn.add_column(
            column, justify='left' if column == 'frames' else 'right')
    for policy in names:
        top1 = [r[policy]['top1'] for r in results.values()]
        leads = [r[first]['top1'] - r[policy]['top1']
                 for r in results.values()]
        drawn.add_row(
            policy, _spread(top1),
            '' if policy == first else _spread(leads),
            *(f'{mean(r[policy][key] for r in results.values()):.{digits}f}'
              for key, digits in (('num_frames', 1), ('gflops', 3))))
    return drawn


def _spread(values: List[float]) -> str:
    """Mean in per cent, with standard deviation and minimum if several."""
    text = f'{100 * mean(values):.1f}'
    if len(values) > 1:
        text += (f' +- {100 * stdev(values):.1f} '
                 f'(min {100 * min(values):.1f})')
    return text


def main(argv: Optional[List[str]] = None) -> None:
    """Generate, train, test, compare."""
    args = parse_args(argv)
    start = time.time()
    if args.short:
        args.data = f'{args.data}-short'
        args.work_dir = f'{args.work_dir}-short'
    run(sys.executable, str(GENERATOR), args.data,
        *(SHORT_SPLITS if args.short else []))
    results = {seed: train_and_test(args, seed) for seed in args.seeds}
    path = Path(args.work_dir, 'summary.json')
    path.write_text(json.dumps(summarize(results), indent=2) + '\n')
    Console(width=100).print(table(results))
    print(f'{path} written after {(time.time() - start) / 60:.1f} minutes')


if __name__ == '__main__':
    main()
