"""SCSampler on long videos: salient clips against other ways to choose.

Scores all training clips with the demo's classifier, trains the saliency nets,
and tests them by sight, by sound and by both, against uniform, random, all and
the oracle's clips. Then does the same for a wider classifier with a sampler
that learned from its own scores and one that learned from the first
classifier's (the paper's Table 3). Prints tables and writes
``salient_clips.json``. Trainings and scores that are done are not repeated.
"""
import argparse
import json
import sys
from pathlib import Path
from statistics import mean
from typing import Dict, List, Optional

import needle
from needle import Metrics
from rich.console import Console
from rich.table import Table

TOOLS = Path(__file__).resolve().parents[1]
SCORE = TOOLS / 'scsampler/score_clips.py'
SAMPLER = 'scsampler_needle.py'
#: Way to choose -> shipped config that tests the same checkpoint.
CHOICES = {
    'sight and sound': 'scsampler_needle.py',
    'sight': 'scsampler_needle_visual.py',
    'sound': 'scsampler_needle_audio.py',
    'uniform': 'scsampler_needle_uniform.py',
    'random': 'scsampler_needle_random.py',
    'all clips': 'scsampler_needle_dense.py',
    'oracle': 'scsampler_needle_oracle.py',
}
#: Classifier -> config that trains it, and how it differs from the first.
CLASSIFIERS = {
    'narrow': ('ocsampler_needle.py', []),
    'wide': ('ocsampler_needle_n4.py', [
        'model.classifier.backbone.stem_channels=32',
        'model.classifier.backbone.base_channels=32',
        'model.classifier.cls_head.in_channels=128'
    ]),
}
VIDEOS = ['--num-train', '240', '--num-val', '80', '--num-test', '160']
OWN, FOREIGN = "sampler of the wide's own scores", "sampler of the narrow's"


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--seeds', type=int, nargs='+', default=[0],
        help='train once with each of these seeds')
    add('--data', default='data/needle',
        help='folder of the short videos; the long ones are in DATA_long')
    for name, (config, _) in CLASSIFIERS.items():
        add(f'--{name}', nargs='+', metavar='CHECKPOINT',
            help=f'checkpoints of {config}, one for each seed; trained if '
            f'they are not given')
    add('--work-dir', default='work_dirs/salient_clips',
        help='folder of the results')
    args = parser.parse_args(argv)
    for name in CLASSIFIERS:
        given = getattr(args, name)
        if given and len(given) != len(args.seeds):
            parser.error(f'--{name} needs one checkpoint for each seed, '
                         f'{len(args.seeds)}, but got {len(given)}')
    return args


def classifier(args: argparse.Namespace, name: str, seed: int,
               root: Path) -> str:
    """Checkpoint of a classifier for one seed, trained if need be."""
    given = getattr(args, name)
    if given:
        return given[args.seeds.index(seed)]
    return needle.train(
        CLASSIFIERS[name][0],
        needle.data_options(args.data) + [f'randomness.seed={seed}'],
        root / f'classifier_{name}')


def score(data: str, split: str, checkpoint: str, changes: List[str],
          out: Path) -> None:
    """How sure a classifier is of the label in every clip of a split."""
    options = ['--cfg-options', *changes] if changes else []
    needle.run(
        sys.executable, str(SCORE), str(TOOLS.parent / 'configs' / SAMPLER),
        checkpoint, f'{data}/annotations/{split}.txt', str(out),
        '--data-prefix', f'{data}/videos', '--prefix', 'classifier.',
        *options)


def train_sampler(data: str, seed: int, scores: Path, checkpoint: str,
                  changes: List[str], work_dir: Path, cache: Path) -> str:
    """Saliency nets from a file of scores, beside any classifier."""
    steps = 'train_dataloader.dataset.pipeline'
    return needle.train(SAMPLER, [
        *needle.data_options(data), f'randomness.seed={seed}', *changes,
        f'{steps}.2.cache_dir={cache}', f'{steps}.3.cache_dir={cache}',
        f'{steps}.4.scores_file={scores}',
        f'model.component_checkpoints.classifier.checkpoint={checkpoint}'
    ], work_dir)


def compare_choices(args: argparse.Namespace, data: str, seed: int,
                    root: Path) -> Dict[str, Metrics]:
    """Train a sampler; test it and its rivals with the same classifier.

    Args:
        args (argparse.Namespace): Options of the command.
        data (str): Folder of the long videos.
        seed (int): Seed of the runs.
        root (Path): Folder of the seed's results.

    Returns:
        dict[str, dict]: Way to choose -> ``top1`` in [0, 1], ``num_frames``
        (here clips) and ``gflops`` per video.
    """
    weights = classifier(args, 'narrow', seed, root)
    scores = {split: root / f'narrow_{split}.jsonl'
              for split in ('train', 'test')}
    for split, out in scores.items():
        score(data, split, weights, [], out)
    trained = train_sampler(data, seed, scores['train'], weights, [],
                            root / 'narrow', root.parent / 'features')
    tested = needle.data_options(data, 'test')
    oracle = f'test_dataloader.dataset.pipeline.2.scores_file={scores["test"]}'
    return {
        choice: needle.test(
            config, trained, root / f'narrow_{choice}'.replace(' ', '_'),
            tested + ([oracle] if choice == 'oracle' else []))
        for choice, config in CHOICES.items()
    }


def compare_samplers(args: argparse.Namespace, data: str, seed: int,
                     root: Path) -> Dict[str, Metrics]:
    """Own and foreign samplers of the wide classifier, SCSampler Table 3.

    After :func:`compare_choices`, whose scores are the foreign ones; takes
    and returns the same.
    """
    weights = classifier(args, 'wide', seed, root)
    changes = CLASSIFIERS['wide'][1]
    score(data, 'train', weights, changes, root / 'wide_train.jsonl')
    trained = {
        name: train_sampler(
            data, seed, root / f'{source}_train.jsonl', weights, changes,
            root / f'wide_by_{source}', root.parent / 'features')
        for name, source in ((FOREIGN, 'narrow'), (OWN, 'wide'))
    }
    tests = {name: (SAMPLER, path) for name, path in trained.items()}
    tests['uniform'] = CHOICES['uniform'], trained[OWN]
    return {
        name: needle.test(config, checkpoint, root / f'wide_{number}',
                          needle.data_options(data, 'test') + changes)
        for number, (name, (config, checkpoint)) in enumerate(tests.items())
    }


def table(name: str, results: Dict[int, Dict[str, Metrics]]) -> Table:
    """Top-1 of each seed, what the first way leads by, clips, cost."""
    drawn = Table(title=f'Long needle test set, the {name} classifier')
    drawn.add_column('')
    for seed in results:
        drawn.add_column(f'top-1, seed {seed}', justify='right')
        drawn.add_column('lead', justify='right')
    for column in ('clips', 'GFLOPs per video'):
        drawn.add_column(column, justify='right')
    leader, *_ = choices = list(next(iter(results.values())))
    for choice in choices:
        cells = []
        for metrics in results.values():
            top1 = metrics[choice]['top1']
            lead = metrics[leader]['top1'] - top1
            cells += [f'{100 * top1:.1f}',
                      '' if choice == leader else f'{100 * lead:+.1f}']
        drawn.add_row(choice, *cells, *(
            f'{mean(m[choice][key] for m in results.values()):.{digits}f}'
            for key, digits in (('num_frames', 1), ('gflops', 3))))
    return drawn


def main(argv: Optional[List[str]] = None) -> None:
    """Generate, score, train, test, compare."""
    args = parse_args(argv)
    data = f'{args.data}_long'
    if not all(getattr(args, name) for name in CLASSIFIERS):
        needle.run(sys.executable, str(needle.GENERATOR), args.data)
    needle.run(sys.executable, str(needle.GENERATOR), data, '--variant',
               'long', *VIDEOS)
    path = Path(args.work_dir, 'salient_clips.json')
    results = {}
    for name, compare in (('narrow', compare_choices),
                          ('wide', compare_samplers)):
        results[name] = {
            seed: compare(args, data, seed,
                          Path(args.work_dir, f'seed{seed}').resolve())
            for seed in args.seeds
        }
        Console(width=120).print(table(name, results[name]))
        path.write_text(json.dumps(results, indent=2) + '\n')
    print(f'{path} written')


if __name__ == '__main__':
    main()
