"""Measure how fast recognizers test, side by side.

For one or several configs in one run: the rate of the model on videos in
memory, the limit that its networks' own forward passes set, the rates of the
data loader alone and of both together, peak memory (of one batch, each model
in a process of its own), and for the same videos accuracy, selected frames
and GFLOPs. The recognizers take turns, and ratios are to the first one.
"""
import argparse
import json
import platform
from pathlib import Path
from typing import List, Optional

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from benchmark_figures import (describe, figures, measure, ratios, spread,
                               table)
from benchmark_subject import Settings, Subject, memory_of
from mmengine.config import DictAction
from mmengine.device import get_device

from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.freed_memory import keep_freed_memory
from mmaction_sampler.apis.input_shape import add_shape_option


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f'must be a whole number of at least 1, but got {text}')
    return int(text)


def device(text: str) -> str:
    """A device that this machine has, for argparse."""
    try:
        kind = torch.device(text).type
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f'unknown device {text}') from error
    if kind not in ('cpu', get_device()):
        raise argparse.ArgumentTypeError(f'this machine has no {text}')
    return text


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'configs', nargs='+', metavar='CONFIG',
        help='config files; the first is the baseline')
    parser.add_argument(
        '--checkpoints', nargs='+', metavar='C',
        help='weights, one for each config; without, they are random, and '
        'only figures of time mean something')
    parser.add_argument(
        '--num-videos', type=positive, default=64,
        help='videos, spread evenly over the test set; all of it if that is '
        'smaller')
    parser.add_argument(
        '--batch-size', type=positive,
        help="for all configs; by default that of the first one's "
        'test_dataloader')
    parser.add_argument(
        '--repeats', type=positive, default=5, help='of every measurement')
    parser.add_argument(
        '--warmup', type=positive, default=1,
        help='times that everything is run before it is measured')
    parser.add_argument(
        '--random-input', action='store_true',
        help='random frames of the size that the test pipeline gives, in '
        'place of videos; nothing is decoded then')
    add_shape_option(parser)
    parser.add_argument(
        '--device', type=device, default=get_device(),
        help='where the model computes; by default what MMEngine finds')
    parser.add_argument(
        '--amp', nargs='?', const='auto', choices=('auto', 'bf16', 'fp16'),
        help='mixed precision; auto is bf16 on a CPU, fp16 on a GPU')
    parser.add_argument(
        '--compile', action='store_true',
        help='compile the recognizers with torch.compile, as test.py does; '
        'times of the networks alone cannot be taken then')
    parser.add_argument(
        '--plain', action='store_true',
        help="run the first config once more as the baseline, as its "
        "authors' code runs: float32, PyTorch's own layouts, batch norms "
        'apart; needs a recognizer of this package')
    parser.add_argument('--json', help='write the report to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={},
        help='override settings of all configs, as key=value')
    args = parser.parse_args(argv)
    if args.checkpoints and len(args.checkpoints) != len(args.configs):
        parser.error(
            f'--checkpoints needs one for each config, but there are '
            f'{len(args.checkpoints)} for {len(args.configs)}')
    on_cpu = torch.device(args.device).type == 'cpu'
    if args.amp == 'auto':
        args.amp = 'bf16' if on_cpu else 'fp16'
    if args.amp == 'fp16' and on_cpu:
        parser.error('--amp fp16 needs a GPU; use bf16 on a CPU')
    return args


def run_settings(args: argparse.Namespace) -> Settings:
    """What the command line says of all configs.

    Raises:
        ValueError: If nothing says how large a batch is.
    """
    batch_size = args.batch_size
    if batch_size is None:
        cfg = read_config(args.configs[0], args.cfg_options)
        batch_size = cfg.get('test_dataloader', {}).get('batch_size')
    if batch_size is None:
        raise ValueError(
            f'{args.configs[0]} has no test_dataloader.batch_size; give '
            f'--batch-size')
    return Settings(
        num_videos=args.num_videos, batch_size=batch_size,
        device=args.device, amp=args.amp, cfg_options=args.cfg_options,
        random_input=args.random_input, shape=args.shape,
        compile=args.compile)


def build_subjects(args: argparse.Namespace,
                   settings: Settings) -> List[Subject]:
    """The recognizers, that of ``--plain`` before the others."""
    checkpoints = args.checkpoints or [None] * len(args.configs)
    subjects = [Subject(settings, config, checkpoint)
                for config, checkpoint in zip(args.configs, checkpoints)]
    if args.plain:
        subjects.insert(0, plain_subject(
            settings, args.configs[0], checkpoints[0]))
    return subjects


def plain_subject(settings: Settings, config: str,
                  checkpoint: Optional[str]) -> Subject:
    """A recognizer without what :mod:`mmaction_sampler` makes faster.

    Raises:
        ValueError: If the config's recognizer has no such settings.
    """
    plain = {'model.channels_last': False, 'model.fold_norm': False}
    try:
        return Subject(
            settings._replace(
                amp=None, compile=False,
                cfg_options={**settings.cfg_options, **plain}),
            config, checkpoint, name=f'{Path(config).stem} (plain)')
    except TypeError as error:
        raise ValueError(
            f'{config}: --plain needs a recognizer with channels_last and '
            f'fold_norm: {error}') from error


def benchmark(subjects: List[Subject], repeats: int,
              warmup: int) -> List[dict]:
    """Measure recognizers in turn.

    Args:
        subjects (list[Subject]): The recognizers, the baseline first.
        repeats (int): Times that everything is measured.
        warmup (int): Times that everything is run before.

    Returns:
        list[dict]: Entries ``configs`` of the report.
    """
    # The first pass allocates, starts workers and traces the costs.
    measure([subject.passes for subject in subjects], warmup)
    seconds = measure([subject.passes for subject in subjects], repeats)
    series = [figures(s, subject.num_videos)
              for s, subject in zip(seconds, subjects)]
    rows = []
    for subject, own in zip(subjects, series):
        compared = ratios(own, series[0])
        rows.append(dict(
            name=subject.name, config=subject.config,
            checkpoint=subject.checkpoint, num_videos=subject.num_videos,
            num_unreadable=subject.num_unreadable,
            num_workers=subject.num_workers,
            **{name: spread(values) for name, values in own.items()},
            ratios={name: spread(values)
                    for name, values in compared.items()},
            **describe(subject.predict())))
    return rows


def conditions(settings: Settings, rows: List[dict]) -> str:
    """Under what the figures were measured, in a few lines."""
    videos = ', '.join(
        f'{row["num_videos"]}' + (
            f' ({row["num_unreadable"]} more cannot be read)'
            if row['num_unreadable'] else '') for row in rows)
    lines = [
        f'On {settings.device}, {torch.get_num_threads()} thread(s), '
        f'{settings.amp or "fp32"}, batch {settings.batch_size}'
        f'{", compiled" if settings.compile else ""}.',
        f'Videos: {videos}' + (
            '; random frames, nothing is decoded.' if settings.random_input
            else '; decoded by ' + ', '.join(
                f'{row["num_workers"]}' for row in rows) + ' workers.')]
    if not all(row['checkpoint'] for row in rows):
        lines.append('Weights are random where no checkpoint is given: '
                     'accuracy and selections mean nothing there.')
    return '\n'.join(lines)


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the report."""
    args = parse_args(argv)
    settings = run_settings(args)
    if args.json:  # not after all has been measured
        Path(args.json).parent.mkdir(parents=True, exist_ok=True)
    if settings.device == 'cpu':
        keep_freed_memory()
    subjects = build_subjects(args, settings)
    rows = benchmark(subjects, args.repeats, args.warmup)
    for row, subject in zip(rows, subjects):
        row.update(memory_of(subject))
    print(conditions(settings, rows))
    print(table(rows))
    if args.json:
        report = dict(
            settings._asdict(), repeats=args.repeats, warmup=args.warmup,
            threads=torch.get_num_threads(), torch=torch.__version__,
            machine=platform.machine(), baseline=args.configs[0],
            plain=args.plain,
            configs=rows)
        Path(args.json).write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
