"""Accuracy against GFLOPs and against measured time, over a sweep.

Tests one or several configs with their checkpoints once for every value of a
sweep, and the uniform baseline of each beside it. Writes OUT.csv, OUT.png and
OUT.jsonl; started again, it measures only points that OUT.jsonl lacks.

A sweep is a key of the config (``model.num_selected=1,2,3``), a short name of
one (T, N, K, P, alpha, clip_pattern, num_clips, keep_ratio), or what has to
be solved for, on the config's threshold_dataloader or else its validation
set: keep_ratio (its threshold) and exit_gflops (exit thresholds for a mean
cost a video). It holds for every config that it fits. Several sweeps give all
combinations; the last one varies along a curve. What takes a training
(epsilon of the budget loss) is swept by
giving the trained checkpoints under one name: NAME=CONFIG NAME=CONFIG.

Example:
    python tools/analysis_tools/tradeoff.py configs/ocsampler_needle.py \\
        --checkpoints epoch_24.pth --sweep N=1,2,3,4,6 --out tradeoff
"""
import argparse
import json
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from benchmark import device, positive
from mmengine.config import DictAction
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.table import Table
from tradeoff_plot import accuracy_name, is_number, plot, write_table
from tradeoff_points import (Point, Sweep, baseline_points, fits,
                             parse_sweep, points_of, refuse_incomplete)
from tradeoff_run import Bench, Conditions, identity, point_config

from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.json_lines import drop_half_line


class Subject(NamedTuple):
    """A config under its name in the plot, with its weights."""
    curve: str
    config: str
    checkpoint: str


def sweep(text: str) -> Sweep:
    """A sweep, for argparse."""
    try:
        return parse_sweep(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'configs', nargs='+', metavar='[NAME=]CONFIG',
        help='config files; those of one NAME are one curve')
    parser.add_argument(
        '--checkpoints', nargs='+', metavar='C', required=True,
        help='weights, one for each config')
    parser.add_argument(
        '--sweep', nargs='+', type=sweep, default=[], metavar='KEY=V,V',
        help='what varies, see above; without, each config is one point')
    parser.add_argument(
        '--out', default='work_dirs/tradeoff',
        help='files to write, without suffix (default: %(default)s)')
    parser.add_argument(
        '--baseline', nargs='*', type=positive, metavar='V',
        default=[1, 2, 3, 4, 6, 8, 12, 16],
        help='frames or clips of the uniform baseline where they are not '
        'swept (default: %(default)s)')
    # --baseline with nothing behind it, which was the only way, still does.
    parser.add_argument(
        '--no-baseline', dest='baseline', action='store_const', const=[],
        help='measure the configs alone, without their uniform baseline')
    parser.add_argument(
        '--metric', help='the accuracy; by default the first metric that is '
        'no cost')
    parser.add_argument(
        '--clock', choices=('wall', 'processor'), default='wall',
        help="time of the picture; the table has both. processor is that of "
        'all threads, for a busy machine without a GPU '
        '(default: %(default)s)')
    parser.add_argument(
        '--num-videos', type=positive,
        help='videos, spread evenly over the test set; by default all')
    parser.add_argument(
        '--batch-size', type=positive, help="by default each config's own")
    parser.add_argument(
        '--repeats', type=positive, default=3,
        help='timed passes, of which the median counts, where the videos fit '
        'into --memory; else there is one (default: %(default)s)')
    parser.add_argument(
        '--memory', type=float, default=2., metavar='GB',
        help='decoded videos to keep for the next point '
        '(default: %(default)s)')
    parser.add_argument('--device', type=device, default=get_device(),
                        help='where the models compute')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={},
        help='override settings of all configs, as key=value')
    args = parser.parse_args(argv)
    if len(args.checkpoints) != len(args.configs):
        parser.error(
            f'--checkpoints needs one for each config, but there are '
            f'{len(args.checkpoints)} for {len(args.configs)}')
    return args


def subjects_of(args: argparse.Namespace) -> List[Subject]:
    """The configs, named after their file unless a name is given."""
    subjects = []
    for text, checkpoint in zip(args.configs, args.checkpoints):
        name, equals, path = text.rpartition('=')
        subjects.append(Subject(
            name if equals else Path(path).stem, path, checkpoint))
    return subjects


def plan(args: argparse.Namespace) -> List[Point]:
    """All points of the command, every curve before its baseline.

    Raises:
        ValueError: If a sweep fits none of the configs, or a config lacks
            what its points are measured with.
    """
    points, unused = [], {s.name: s for s in args.sweep}
    baselines: Dict[str, List[Point]] = {}
    for subject in subjects_of(args):
        cfg = read_config(subject.config, args.cfg_options)
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        place = (subject.curve, subject.config, subject.checkpoint, cfg,
                 args.sweep)
        own = points_of(*place)
        refuse_incomplete(subject.config, cfg, own)
        points += own
        # Configs of one name have one baseline, that of the first.
        if args.baseline and subject.curve not in baselines:
            baselines[subject.curve] = baseline_points(*place, args.baseline)
            if not baselines[subject.curve]:
                print(f'{subject.curve}: no uniform baseline is known for '
                      f'{cfg.model.type}')
        unused = {n: s for n, s in unused.items() if not fits(cfg, s.key)}
    if unused:
        raise ValueError(
            f'--sweep {", ".join(unused)} fits none of the configs: none has '
            f'such a key, and no model such an option')
    return points + [p for some in baselines.values() for p in some]


def known_points(path: Path) -> Dict[str, dict]:
    """What a run before this one measured; a half line is cut off."""
    if not path.is_file():
        return {}
    drop_half_line(path)
    rows = map(json.loads, path.read_text(encoding='utf-8').splitlines())
    return {row['identity']: row for row in rows}


def measure_points(points: List[Point], conditions: Conditions,
                   cfg_options: dict, path: Path
                   ) -> Tuple[List[dict], List[str]]:
    """Measure what the file lacks, and add it there point by point.

    Returns:
        tuple[list[dict], list[str]]: The points' rows; why others were left
        out, because settings or weights do not fit.
    """
    known, bench = known_points(path), Bench(conditions)
    rows, left_out = [], []
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, point in enumerate(points, 1):
        cfg = point_config(point, cfg_options)
        key = identity(point, cfg, conditions)
        what = f'{point.curve} {point.label}'.strip()
        print(f'[{number}/{len(points)}] {what}' +
              (', measured before' if key in known else ''), flush=True)
        if key not in known:
            try:
                figures = bench.measure(point, cfg)
            except ValueError as error:
                left_out.append(f'{what}: {error}')
                continue
            known[key] = dict(figures, identity=key)
            with path.open('a', encoding='utf-8') as file:
                file.write(json.dumps(known[key]) + '\n')
        rows.append(dict(
            known[key], curve=point.curve, label=point.label,
            baseline=point.is_baseline, config=point.config,
            checkpoint=point.checkpoint, settings=point.settings))
    return rows, left_out


def show(rows: List[dict], accuracy: str) -> None:
    """Print the points."""
    table = Table('curve', 'point', accuracy, 'GFLOPs', 'ms/video',
                  'processor ms', 'selected')
    for row in rows:
        table.add_row(
            row['curve'], row['label'], f'{100 * row["accuracy"]:.2f}',
            f'{row["gflops"]:.4g}', f'{row["ms_per_video"]:.3g}',
            f'{row["processor_ms_per_video"]:.3g}',
            f'{row["num_selected"]:.3g}')
    Console(width=120).print(table)


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print, write and draw.

    Raises:
        ValueError: If a sweep or the metric does not fit, or no point could
            be measured.
    """
    args = parse_args(argv)
    conditions = Conditions(
        args.device, args.batch_size, args.num_videos, args.repeats,
        args.memory)
    out = Path(args.out)
    rows, left_out = measure_points(
        plan(args), conditions, args.cfg_options,
        out.with_name(f'{out.name}.jsonl'))
    for reason in left_out:
        print(f'left out: {reason}')
    if not rows:
        raise ValueError('no point could be measured; see above')
    accuracy = args.metric or accuracy_name(rows[0]['metrics'])
    for row in rows:
        numbers = {name: value for name, value in row['metrics'].items()
                   if is_number(value)}
        if accuracy not in numbers:
            raise ValueError(
                f'{row["config"]} has no metric {accuracy} that is a number, '
                f'only {", ".join(numbers)}; choose one by --metric')
        # JSON has no word for what is not finite.
        value = numbers[accuracy]
        row['accuracy'] = float('nan') if value is None else value
        row['gflops'] = row['metrics']['cost/gflops']
        row['num_selected'] = row['metrics']['cost/num_selected']
    show(rows, accuracy)
    write_table(out.with_name(f'{out.name}.csv'), rows)
    title = (f'{rows[0]["num_videos"]} videos, {args.device}, '
             f'{torch.get_num_threads()} thread(s), float32')
    plot(out.with_name(f'{out.name}.png'), rows, title, accuracy,
         args.clock)
    print(f'written: {out}.csv, {out}.png, {out}.jsonl')


if __name__ == '__main__':
    main()
