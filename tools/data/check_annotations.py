"""Check a list of videos and write one that can be trained on.

Names missing and undecodable files, labels out of range and videos that are
twice in the list. Files are decoded in processes of their own, so that a
decoder that crashes or hangs costs the file that it had, and nothing else.

Exit status: 0 if every line was kept, 1 if any was dropped, 2 if the command
could not do its work. Only with 0 and 1 the cleaned list is written.

Example:
    python tools/data/check_annotations.py \\
        data/ActivityNet/anet_train_video.txt \\
        --data-prefix data/ActivityNet/videos --num-classes 200 \\
        --out data/ActivityNet/anet_train_video_clean.txt
"""
import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Callable, Iterable, List, Optional, Tuple

from annotations.decoding import LEVELS, why_unreadable
from annotations.entries import (Dropped, Entry, count_problems,
                                 read_entries)
from annotations.lists import AnnotationError, write_atomically
from annotations.watched import DONE, Outcome, run_watched
from rich.console import Console
from rich.progress import track

#: Dropped lines that are printed; all of them stand in the report.
MAX_PRINTED = 20


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('ann_file', type=Path, help='list with lines "video label ..."')
    add('--data-prefix', type=Path, required=True,
        help='folder of the videos, as in the config')
    add('--out', type=Path, required=True, help='the cleaned list')
    add('--report', type=Path,
        help='JSON with every dropped line; default: OUT.report.json')
    add('--num-classes', type=int, help='labels have to be below this')
    add('--decode', choices=LEVELS, default='sampled',
        help='none: files exist; first: they are complete and their first '
        'frame can be decoded; sampled: so can the frames that testing '
        'takes (default: %(default)s)')
    add('--num-candidates', type=int, default=10,
        help='frames for "sampled" (default: %(default)s)')
    add('--workers', type=int, default=os.cpu_count(),
        help='processes (default: %(default)s)')
    add('--timeout', type=float, default=60,
        help='seconds that a file may take (default: %(default)s)')
    add('--delimiter', default=' ', help='between video and labels '
        '(default: a blank)')
    add('--single-label', action='store_true',
        help='drop videos of several labels, which data sets without '
        'multi_class=True refuse')
    args = parser.parse_args(argv)
    for name in ('num_classes', 'num_candidates', 'workers'):
        value = getattr(args, name)
        if value is not None and value < 1:
            parser.error(f'--{name.replace("_", "-")} must be at least 1')
    if args.timeout <= 0:
        parser.error('--timeout must be above 0')
    args.report = args.report or args.out.with_name(
        f'{args.out.name}.report.json')
    files = [path.resolve() for path in (args.ann_file, args.out, args.report)]
    if len(set(files)) < len(files):
        parser.error('the list, --out and --report must be three files')
    return args


def present(entries: List[Entry], folder: Path
            ) -> Tuple[List[Entry], List[Dropped]]:
    """Divide lines by whether their file is there."""
    found, dropped = [], []
    for entry in entries:
        if (folder / entry.filename).is_file():
            found.append(entry)
        else:
            dropped.append(Dropped(
                entry.line, entry.filename, 'missing',
                f'{folder / entry.filename} does not exist'))
    return found, dropped


def readable(entries: List[Entry], folder: Path, task: Callable[[str], str],
             workers: int, timeout: float
             ) -> Tuple[List[Entry], List[Dropped]]:
    """Divide lines by whether their file can be read.

    Args:
        entries (list[Entry]): Lines whose file is there.
        folder (Path): Of the videos.
        task (Callable): Path of a file -> why it cannot be read, or nothing.
        workers (int): Processes.
        timeout (float): Seconds for a file.

    Returns:
        tuple[list[Entry], list[Dropped]]: Both in the order of the lines.
    """
    outcomes = run_watched(
        task, [str(folder / entry.filename) for entry in entries], workers,
        timeout, preload=['mmaction_sampler.datasets'])
    reasons = {outcome.index: outcome
               for outcome in shown(outcomes, len(entries))}
    kept, dropped = [], []
    for index, entry in enumerate(entries):
        _, status, reason = reasons[index]
        if status == DONE and not reason:
            kept.append(entry)
        else:
            problem = 'broken' if status == DONE else status
            dropped.append(
                Dropped(entry.line, entry.filename, problem, reason))
    return kept, dropped


def shown(outcomes: Iterable[Outcome], total: int) -> Iterable[Outcome]:
    """Pass the outcomes on behind a bar, or a line every tenth of the way.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(outcomes, 'videos', total, console=console)
        return
    for number, outcome in enumerate(outcomes, 1):
        if 10 * number // total > 10 * (number - 1) // total:
            print(f'videos: {number} of {total}', file=sys.stderr, flush=True)
        yield outcome


def check(args: argparse.Namespace, task: Callable[[str], str]
          ) -> Tuple[List[Entry], List[Dropped]]:
    """All checks, cheap ones first.

    Args:
        args (argparse.Namespace): Options of the command.
        task (Callable): See :func:`readable`.

    Returns:
        tuple[list[Entry], list[Dropped]]: Kept and dropped lines, in the
        order of the list.

    Raises:
        FileNotFoundError: If the list or the folder is missing.
        AnnotationError: If the list has no line.
    """
    if not args.data_prefix.is_dir():
        raise FileNotFoundError(
            f'--data-prefix {args.data_prefix} is no folder')
    kept, dropped = read_entries(
        args.ann_file, args.delimiter, args.num_classes, args.single_label)
    kept, more = present(kept, args.data_prefix)
    dropped += more
    if args.decode != 'none':
        kept, more = readable(
            kept, args.data_prefix, task, args.workers, args.timeout)
        dropped += more
    return kept, sorted(dropped)


def report_text(args: argparse.Namespace, kept: List[Entry],
                dropped: List[Dropped]) -> str:
    """The report, as JSON."""
    labels = {label for entry in kept for label in entry.labels}
    empty = sorted(set(range(args.num_classes or 0)) - labels)
    return json.dumps(
        dict(
            ann_file=str(args.ann_file),
            data_prefix=str(args.data_prefix),
            decode=args.decode,
            num_lines=len(kept) + len(dropped),
            num_kept=len(kept),
            problems=count_problems(dropped),
            classes_without_video=empty,
            dropped=[entry._asdict() for entry in dropped]),
        indent=2) + '\n'


def main(argv: Optional[List[str]] = None,
         task: Optional[Callable[[str], str]] = None) -> int:
    """Check, write and print; see the exit status above.

    Args:
        argv (list[str], optional): The command line.
        task (Callable, optional): Reads a file in the place of
            :func:`why_unreadable`; for tests.
    """
    args = parse_args(argv)
    task = task or partial(why_unreadable, level=args.decode,
                           num_candidates=args.num_candidates)
    try:
        kept, dropped = check(args, task)
    except (AnnotationError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    args.report.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.report, report_text(args, kept, dropped))
    for entry in dropped[:MAX_PRINTED]:
        print(f'line {entry.line}, {entry.filename}: {entry.problem}: '
              f'{entry.reason}')
    if len(dropped) > MAX_PRINTED:
        print(f'... and {len(dropped) - MAX_PRINTED} more')
    for problem, number in count_problems(dropped).items():
        print(f'{problem}: {number}')
    print(f'{len(kept)} of {len(kept) + len(dropped)} lines are good; the '
          f'report is {args.report}')
    if not kept:
        print(f'no line is left, so {args.out} is not written; is '
              f'--data-prefix {args.data_prefix} right?', file=sys.stderr)
        return 2
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.out, ''.join(f'{e.text}\n' for e in kept))
    print(f'they are in {args.out}')
    return 1 if dropped else 0


if __name__ == '__main__':
    sys.exit(main())
