"""``python -m mmaction_sampler.infer``: recognise one's own videos."""
import argparse
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from mmengine.config import Config
from mmengine.dist import (barrier, broadcast_object_list, get_dist_info,
                           is_main_process)

from .cli import end_together, start_distributed
from .infer_options import parse_infer_args
from .infer_stream import infer_stream
from .inferencer import SamplerInferencer, VideoResult
from .origin import run_origin
from .progress import RunProgress, say
from .result_files import LineWriter, ResultFiles
from .result_pictures import write_pictures
from .video_listing import iter_videos


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
    # The last ones are what a config that does not fit ends in.
    except (OSError, ValueError, RuntimeError, SyntaxError, TypeError,
            KeyError, AttributeError, AssertionError) as error:
        say(f'infer: {_sentence(error)}')
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


def _sentence(error: Exception) -> str:
    """What it says, and what it is where that alone says little."""
    plain = (FileNotFoundError, ValueError)
    return str(error) if isinstance(error, plain) else (
        f'config, checkpoint and options do not fit each other '
        f'({type(error).__name__}: {error})')


def _infer_videos(inferencer: SamplerInferencer,
                  args: argparse.Namespace) -> int:
    """Recognise all videos that have no line yet."""
    files = ResultFiles(args.out, _origin(
        inferencer.cfg, inferencer.class_names, args))
    # Listed once: in a folder that grows each process would find others, and
    # some videos would be nobody's.
    shared = [None]
    if is_main_process():
        try:
            shared = [_begin(files, args)]
        except (OSError, ValueError) as error:
            shared = [str(error)]
    broadcast_object_list(shared)
    if isinstance(shared[0], str):
        if is_main_process():
            say(f'infer: {shared[0]}')
        return 2
    rank, world_size = get_dist_info()
    num_former, todo = shared[0]
    todo = todo[rank::world_size]
    with RunProgress(len(todo), visible=rank == 0) as progress, \
            LineWriter(files.results, rank, world_size) as results, \
            LineWriter(files.broken, rank, world_size) as broken:
        for result in inferencer.iter_results(
                todo, args.batch_size, args.workers):
            record = _record(inferencer, result, args)
            (broken if 'error' in record else results).write(record)
            if 'error' in record:
                say(f'broken video: {record["path"]}: {record["error"]}')
            progress.advance('error' in record)
    return _finish(files, num_former, args)


def _begin(files: ResultFiles,
           args: argparse.Namespace) -> Tuple[int, List[str]]:
    """How many videos have a line, and those that have none."""
    written = files.begin()
    if written:
        say(f'{len(written)} videos have a line in {files.results} already'
            + ('; they get no pictures now, take another --out to draw all'
               if args.sheets or args.movies else ''))
    movies = str(Path(args.out, 'movies'))
    return len(written), [path for path in iter_videos(args.videos, movies)
                          if path not in written]


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
    # Whatever is wrong with a picture, such as a clip that was not selected
    # and is damaged, or a full disk: the video is recognised.
    except Exception as error:
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


def _origin(cfg: Config, class_names: Optional[Sequence[str]],
            args: argparse.Namespace) -> dict:
    settings = dict(model=cfg.model, test_pipeline=cfg.test_pipeline,
                    top_k=args.top_k,
                    labels=args.labels and list(class_names))
    return run_origin(args.config, args.checkpoint, settings, 'own videos')
