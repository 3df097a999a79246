"""Options of ``python -m mmaction_sampler.infer``."""
import argparse
import math
from pathlib import Path
from typing import Optional, Sequence

from mmengine.config import DictAction

_DESCRIPTION = """Recognise the actions of videos: the classes, what was
selected, and what it cost. One JSON line a video goes to OUT/results.jsonl.
Started again, a run goes on where it was stopped."""
#: Options that are numbers, and the least they can be.
_LEAST = dict(top_k=1, batch_size=1, workers=0, forget_after=1,
              max_predictions=1)
_OF_STREAMS = ('forget_after', 'max_predictions', 'stream_fps')


def parse_infer_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``python -m mmaction_sampler.infer``."""
    parser = argparse.ArgumentParser(
        prog='python -m mmaction_sampler.infer', description=_DESCRIPTION)
    parser.add_argument('config', help='path of the config')
    parser.add_argument('checkpoint', help='path or address of the weights')
    parser.add_argument(
        'videos', nargs='*', help="files, folders, or patterns in quotes, as "
        "'videos/**/*.mp4'")
    parser.add_argument('--out', help='folder for the results')
    parser.add_argument(
        '--labels', help='label map: a text file of one class name a line, '
        'or JSON; without it the names in the checkpoint, if any')
    parser.add_argument('--top-k', type=int, default=5,
                        help='classes that are named')
    parser.add_argument('--sheets', action='store_true',
                        help='draw a contact sheet (PNG) of every video')
    parser.add_argument('--movies', action='store_true',
                        help='draw a short annotated mp4 of every video')
    parser.add_argument('--batch-size', type=int, default=1,
                        help='videos recognised together')
    parser.add_argument('--workers', type=int, default=0,
                        help='processes that decode, of every process')
    parser.add_argument('--device', help='such as cpu or cuda:1')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={},
        help='settings that override the config, as key=value pairs')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what started the processes; they share the '
        'videos out')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    _add_stream_options(parser)
    # Videos may stand before and after the options.
    try:
        args = parser.parse_intermixed_args(argv)
    except ValueError:  # of DictAction
        parser.error('--cfg-options takes key=value pairs alone; put videos '
                     'before it')
    wrong = _wrong_options(args)
    if wrong:
        parser.error(wrong)
    return args


def _wrong_options(args: argparse.Namespace) -> str:
    """What is wrong with options, empty if nothing is."""
    if args.stream is None and not (args.videos and args.out):
        return ('name videos and a folder for the results, --out, or take a '
                '--stream')
    if args.stream is not None and args.videos:
        return '--stream takes no further videos'
    if args.out and Path(args.out).exists() and not Path(args.out).is_dir():
        return f'--out {args.out} is a file; name a folder'
    if args.stream is not None and args.sheets:
        return '--sheets are of videos, not of a --stream'
    if args.stream is not None and args.movies and not args.out:
        return '--movies needs a folder, --out'
    for name, least in _LEAST.items():
        value = getattr(args, name)
        option = f'--{name.replace("_", "-")}'
        if value is not None and not value >= least:
            return f'{option} must be at least {least}, but is {value}'
    for name in _OF_STREAMS:
        if getattr(args, name) is not None and args.stream is None:
            return (f'--{name.replace("_", "-")} is of a --stream, and there '
                    f'is none')
    if args.stream_fps is not None and not 0 < args.stream_fps < math.inf:
        return f'--stream-fps must be above 0, but is {args.stream_fps}'
    return ''


def _add_stream_options(parser: argparse.ArgumentParser) -> None:
    stream = parser.add_argument_group(
        'online recognition', 'of AdaFocus, AdaFocus+, AdaFocusV2 and FASTER')
    stream.add_argument(
        '--stream', metavar='SOURCE', help='number of a camera, address '
        '(rtsp://, http://) or file; one JSON line goes to the standard '
        'output, and to OUT/stream.jsonl, after every frame or clip')
    stream.add_argument(
        '--stream-fps', type=float, help='frames that are taken of a second; '
        'without it, all')
    stream.add_argument(
        '--forget-after', type=int, help='begin anew after this many '
        'predictions; without it, never, or with AdaFocusV2 after T')
    stream.add_argument('--max-predictions', type=int,
                        help='stop after this many')
