"""OCSampler Table 4 on the needle set: all policies, one classifier.

Stands on ``make demo`` with the same seeds: the classifier of every policy
with N = 3 is the one that was trained there. OCSampler+ and its rival N = 4
share a wider one, which is trained here. Trains with ``mim train``, tests all
with ``mim test``, prints a table and writes ``policies.json``. What is already
trained or tested is not repeated.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import Callable, Dict, List, Optional

import needle
from needle import Metrics
from rich.console import Console

#: Where the demo's checkpoint is meant in ``LEARNED``.
DEMO = 'demo'
#: Policies that are trained here -> shipped config, and the run whose
#: classifier it takes, if it trains none itself.
LEARNED = {
    'vanilla reward': ('ocsampler_needle_vanilla_reward.py', DEMO),
    'frame reward': ('ocsampler_needle_frame_reward.py', DEMO),
    'frame ranking': ('ocsampler_needle_frame_ranking.py', DEMO),
    'clip reward, N=4': ('ocsampler_needle_n4.py', None),
    'OCSampler+': ('ocsampler_plus_needle.py', 'clip reward, N=4'),
}
#: Policies that only need the demo's checkpoint -> shipped config.
READY = {
    'clip reward': 'ocsampler_needle.py',
    'uniform': 'ocsampler_needle_uniform.py',
    'random': 'ocsampler_needle_random.py',
    'FrameExit': 'ocsampler_needle_frameexit.py',
}


def demo_parser(description: str) -> argparse.ArgumentParser:
    """Options of a command that stands on the demo."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        '--seeds', type=int, nargs='+', default=[0],
        help='those that the demo was run with')
    parser.add_argument(
        '--data', default='data/needle', help='folder of the data set')
    parser.add_argument(
        '--work-dir', default='work_dirs/demo',
        help="folder of the demo's results; new ones go there, too")
    return parser


def demo_checkpoint(work_dir: Path, seed: int) -> str:
    """The demo's last checkpoint.

    Args:
        work_dir (Path): Folder of the demo's results.
        seed (int): Seed of the run.

    Returns:
        str: Path.

    Raises:
        FileNotFoundError: If the demo was not run with this seed.
    """
    marker = work_dir / f'seed{seed}' / 'last_checkpoint'
    if not marker.is_file():
        raise FileNotFoundError(
            f"{marker} is missing; run: make demo DEMO_ARGS='--seeds {seed}'")
    return marker.read_text().strip()


def train(policy: str, checkpoints: Dict[str, str], work_dir: Path,
          data: str, seed: int) -> str:
    """``mim train`` with the classifier of another run, unless it was done.

    Args:
        policy (str): A key of ``LEARNED``.
        checkpoints (dict[str, str]): ``DEMO`` or trained policy -> its
            checkpoint.
        work_dir (Path): Folder of the run.
        data (str): Folder of the data set.
        seed (int): Seed of the run.

    Returns:
        str: Path of the last checkpoint.
    """
    config, source = LEARNED[policy]
    options = needle.data_options(data) + [f'randomness.seed={seed}']
    if source:
        options.append('model.component_checkpoints.classifier.checkpoint='
                       + checkpoints[source])
    return needle.train(config, options, work_dir)


def evaluate(args: argparse.Namespace, seed: int) -> Dict[str, Metrics]:
    """Train and test all policies with one seed.

    Args:
        args (argparse.Namespace): Options of the command.
        seed (int): Seed of the run.

    Returns:
        dict[str, dict]: Policy -> ``top1`` in [0, 1], ``num_frames``,
        ``gflops`` per video; first the clip reward.
    """
    root = Path(args.work_dir, f'seed{seed}', 'policies')
    checkpoints = {DEMO: demo_checkpoint(Path(args.work_dir), seed)}
    results = {}
    for policy in (*READY, *LEARNED):
        work_dir = root / policy.replace(', ', '_').replace(' ', '_')
        saved = work_dir.with_suffix('.result.json')
        config = READY.get(policy) or LEARNED[policy][0]
        if policy in LEARNED:
            checkpoints[policy] = train(policy, checkpoints, work_dir,
                                        args.data, seed)
        if not saved.is_file():
            tested = checkpoints.get(policy, checkpoints[DEMO])
            metrics = needle.test(config, tested, work_dir / 'test',
                                  needle.data_options(args.data, policy))
            needle.write_whole(saved, json.dumps(metrics))
        results[policy] = json.loads(saved.read_text())
    return results


def compare_seeds(
        evaluate_seed: Callable[[argparse.Namespace, int], Dict[str, Metrics]],
        args: argparse.Namespace, report: str, title: str) -> None:
    """Evaluate each seed, print the table and write all figures.

    Args:
        evaluate_seed (Callable): Options and a seed -> metrics by name.
        args (argparse.Namespace): Options of the command.
        report (str): Name of the file in the folder of the results.
        title (str): Of the table.
    """
    try:
        results = {seed: evaluate_seed(args, seed) for seed in args.seeds}
    except FileNotFoundError as error:
        sys.exit(f'error: {error}')
    path = Path(args.work_dir, report)
    path.write_text(json.dumps(needle.summarize(results), indent=2) + '\n')
    Console(width=100).print(needle.table(results, title))
    print(f'{path} written')


def main(argv: Optional[List[str]] = None) -> None:
    """Train, test, compare."""
    args = demo_parser(__doc__).parse_args(argv)
    compare_seeds(evaluate, args, 'policies.json',
                  'Needle test set, the same classifier')


if __name__ == '__main__':
    main()
