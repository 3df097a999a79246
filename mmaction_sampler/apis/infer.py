"""``python -m mmaction_sampler.infer``: recognise one's own videos."""
import argparse
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Iterator, Optional, Sequence, Set

from mmengine.config import Config, DictAction
from mmengine.dist import (barrier, broadcast_object_list, get_dist_info,
                           is_main_process)

from .cli import end_together, start_distributed
from .infer_stream import infer_stream
from .inferencer import SamplerInferencer, VideoResult
from .origin import run_origin
from .progress import RunProgress, say
from .result_files import LineWriter, ResultFiles
from .result_pictures import write_pictures
from .video_listing import iter_videos

_DESCRIPTION = """Recognise the actions of videos: the classes, what was
selected, and what it cost. One JSON line a video goes to OUT/results.jsonl.
Started again, a run goes on where it was stopped."""


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
    args = parser.parse_intermixed_args(argv)
    if args.stream is None and not (args.videos and args.out):
        parser.error('name videos and a folder for the results, --out, or '
                     'take a --stream')
    if args.stream is not None and args.videos:
        parser.error('--stream takes no further videos')
    for name in ('top_k', 'batch_size'):
        if getattr(args, name) < 1:
            parser.error(f'--{name.replace("_", "-")} must be at least 1, '
                         f'but is {getattr(args, name)}')
    return args


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


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; the status is 1 if nothing could be recognised.

    Status 2 says that config, checkpoint or options do not fit, 130 that it
    was stopped from the keyboard.
    """
    args = parse_infer_args(argv)
    try:
        start_distributed(args.launcher, args.local_rank)
        # Standard output is for results, and MMEngine writes there, too.
        with redirect_stdout(sys.stderr):
            inferencer = SamplerInferencer(
                args.config, args.checkpoint, args.device, args.labels,
                dict(args.cfg_options))
    except (FileNotFoundError, ValueError) as error:
        say(f'infer: {error}')
        return 2
    if args.stream is not None:
        return infer_stream(inferencer, args)
    try:
        status = _infer_videos(inferencer, args)
    except KeyboardInterrupt:
        say('infer: stopped; the same command goes on from here')
        return 130
    end_together()
    return status


class _TodoList:
    """The share of this process of the videos that have no line.

    Iterated anew where it is needed, so that nothing is kept.
    """

    def __init__(self, inputs: Sequence[str], written: Set[str]) -> None:
        self._inputs, self._written = inputs, written
        self._rank, self._world_size = get_dist_info()

    def all(self) -> Iterator[str]:
        """Of all processes."""
        return (path for path in iter_videos(self._inputs)
                if path not in self._written)

    def __iter__(self) -> Iterator[str]:
        for i, path in enumerate(self.all()):
            if i % self._world_size == self._rank:
                yield path


def _infer_videos(inferencer: SamplerInferencer,
                  args: argparse.Namespace) -> int:
    """Recognise all videos that have no line yet."""
    files = ResultFiles(args.out, _origin(inferencer.cfg, args))
    shared = [None]
    if is_main_process():
        try:
            shared = [files.begin()]
        except ValueError as error:
            shared = [str(error)]
    broadcast_object_list(shared)
    if isinstance(shared[0], str):
        if is_main_process():
            say(f'infer: {shared[0]}')
        return 2
    todo = _TodoList(args.videos, shared[0])
    total = sum(1 for _ in todo)
    if is_main_process() and shared[0]:
        say(f'{len(shared[0])} videos have a line in {files.results} already')
    rank, world_size = get_dist_info()
    with RunProgress(total, visible=rank == 0) as progress, \
            LineWriter(files.results, rank, world_size) as results, \
            LineWriter(files.broken, rank, world_size) as broken:
        for result in inferencer.iter_results(
                todo, args.batch_size, args.workers):
            record = _record(inferencer, result, args)
            (broken if 'error' in record else results).write(record)
            if 'error' in record:
                say(f'broken video: {record["path"]}: {record["error"]}')
            progress.advance('error' in record)
    return _finish(files, len(shared[0]), args)


def _record(inferencer: SamplerInferencer, result: VideoResult,
            args: argparse.Namespace) -> dict:
    """The line of a video, its pictures drawn."""
    record = inferencer.record(result, args.top_k)
    if result.sample is None or not (args.sheets or args.movies):
        return record
    began = time.perf_counter()
    out = Path(args.out)
    drawn: Sequence[str] = ()
    try:
        drawn = write_pictures(
            result.sample, result.inputs, result.path,
            inferencer.class_names,
            str(out / 'sheets') if args.sheets else '',
            str(out / 'movies') if args.movies else '')
    except ValueError as error:  # a clip that was not selected is damaged
        say(f'{result.path} is recognised, but not drawn: {error}')
    for key, path in zip(('sheet', 'movie'), drawn):
        if path:
            record[key] = Path(path).relative_to(out).as_posix()
    record['seconds']['drawing'] = round(time.perf_counter() - began, 4)
    return record


def _finish(files: ResultFiles, num_former: int,
            args: argparse.Namespace) -> int:
    """Put the parts together and say what became of the videos."""
    end_of_all = [None]
    barrier()  # every process has closed its files
    if is_main_process():
        files.end()
        end_of_all = [(_count(files.results), _count(files.broken))]
        done, broken = end_of_all[0]
        say(f'{files.results}: {done} videos, {done - num_former} of them '
            f'new; {broken} broken'
            + (f', see {files.broken}' if broken else ''))
        if not done and not broken:
            say(f'infer: there is no video in {" ".join(args.videos)}; check '
                f'the paths')
    broadcast_object_list(end_of_all)
    return 0 if end_of_all[0][0] else 1


def _count(path: Path) -> int:
    """Lines of a file, 0 if there is none."""
    if not path.is_file():
        return 0
    with path.open('rb') as file:
        return sum(1 for _ in file)


def _origin(cfg: Config, args: argparse.Namespace) -> dict:
    settings = dict(model=cfg.model, test_pipeline=cfg.test_pipeline,
                    top_k=args.top_k, labels=args.labels)
    return run_origin(args.config, args.checkpoint, settings, 'own videos')
