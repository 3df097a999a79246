"""Processor time of reading a video, against FFmpeg and other decoders.

First table: frames a second of a whole file, and the ratio to
``ffmpeg -threads 1 -f null`` decoding the same file. The ways take turns, and
every figure is the median of the rounds. Then T frames spread over the file,
by decord, by this package's reader and by TorchCodec if it is there: whether
the images are those of a plain pass through the file, and the ratio to decord
in the first epoch and in later ones.

Processor time is that of all threads, our own or ffmpeg's, from opening the
file to its last frame; other programs on the machine hardly change it.

Example:
    python tools/analysis_tools/benchmark_decode.py my.mp4 --rounds 5
"""
import argparse
import json
import resource
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional

import numpy as np
from rich.console import Console
from rich.table import Table
from sparse_decoders import frame_numbers, in_epoch, readable

from mmaction_sampler.datasets.video import (CompressedReader, VideoError,
                                             VideoReader, read_index)
from mmaction_sampler.datasets.video.rgb import RGBConverter


class Row(NamedTuple):
    """A way of reading, and its median processor time.

    Attributes:
        name (str): The way.
        seconds (float): Median of the rounds.
        ratio (float): Baseline's seconds / these, median over the rounds.
    """
    name: str
    seconds: float
    ratio: float


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('videos', nargs='+', type=Path)
    parser.add_argument('--rounds', type=int, default=5,
                        help='default: %(default)s')
    parser.add_argument('--frames', type=int, default=10,
                        help='T of the tables of few frames '
                        '(default: %(default)s)')
    parser.add_argument('--ffmpeg', default=find_ffmpeg(),
                        help='the program; empty to do without '
                        '(default: %(default)s)')
    parser.add_argument('--json', type=Path, help='write the figures, too')
    args = parser.parse_args(argv)
    for name in ('rounds', 'frames'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    return args


def find_ffmpeg() -> Optional[str]:
    """The ffmpeg of the system, or the one that comes with imageio."""
    found = shutil.which('ffmpeg')
    if found is None:
        try:
            from imageio_ffmpeg import get_ffmpeg_exe
            found = get_ffmpeg_exe()
        except (ImportError, RuntimeError):
            return None
    return found


def processor_time(call: Callable[[], object]) -> float:
    """Seconds of this process and of the children that it waits for."""

    def now() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + used.ru_utime + used.ru_stime

    start = now()
    call()
    return now() - start


def decode_null(ffmpeg: str, filename: str) -> None:
    """Decode with the ffmpeg program in one thread, to nothing."""
    subprocess.run(
        [ffmpeg, '-v', 'error', '-nostdin', '-threads', '1', '-i', filename,
         '-map', '0:v:0', '-f', 'null', '-'],
        check=True, stderr=subprocess.DEVNULL)


def decode_all(filename: str) -> None:
    """Decode every frame, without conversion."""
    with VideoReader(filename) as reader:
        for _ in reader.iter_frames():
            pass


def decode_key_frames(filename: str) -> None:
    """Decode and convert the I-frames."""
    to_rgb = RGBConverter()
    with VideoReader(filename) as reader:
        for _, frame in reader.iter_key_frames():
            to_rgb(frame)


def read_motion(filename: str, residual_from: Optional[str]) -> None:
    """Compute the features of every frame."""
    with CompressedReader(filename, residual_from) as reader:
        for _ in reader.iter_features(np.arange(len(reader))):
            pass


def whole_file(filename: str,
               ffmpeg: Optional[str]) -> Dict[str, Callable[[], object]]:
    """Ways of reading a whole file; the first is the baseline."""
    ways = {}
    if ffmpeg:
        ways['ffmpeg to null'] = lambda: decode_null(ffmpeg, filename)
    ways['every frame, not converted'] = lambda: decode_all(filename)
    ways['I-frames only, RGB'] = lambda: decode_key_frames(filename)
    try:
        with CompressedReader(filename) as reader:
            source = reader.motion_source
    except VideoError:
        return ways  # the codec has no vectors
    for name, residual_from in (
        ('motion displacement', None),
        ('motion and residual', 'previous'),
        ('motion and residual from the I-frame', 'i_frame')):
        ways[f'{name} ({source})'] = (
            lambda residual_from=residual_from: read_motion(
                filename, residual_from))
    return ways


def few_frames(filename: str, num_frames: int, rounds: int) -> dict:
    """Compare decoders on frames that lie far apart, and print it.

    Returns:
        dict: ``agreement`` of each decoder's images, and rows of the tables,
        ``first_epoch`` and ``later_epochs``.
    """
    name = Path(filename).name
    inds = frame_numbers(filename, num_frames)
    reads, verdicts = readable(filename, inds)
    for decoder, verdict in verdicts.items():
        print(f'{name}, frames by {decoder}: {verdict}')
    figures = dict(agreement=verdicts)
    for first, key in ((True, 'first_epoch'), (False, 'later_epochs')):
        rows = compare(in_epoch(filename, inds, reads, first), rounds)
        show(f'{name}: {num_frames} frames, {key.replace("_", " ")}', rows,
             num_frames)
        figures[key] = [row._asdict() for row in rows]
    return figures


def compare(ways: Dict[str, Callable[[], object]],
            rounds: int) -> List[Row]:
    """Let ways take turns; ratios are taken within each round."""
    for way in ways.values():
        way()  # files are in the system's cache afterwards, code is loaded
    seconds = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            seconds[name].append(processor_time(way))
    baseline = next(iter(seconds.values()))
    return [
        Row(name, statistics.median(values),
            statistics.median(b / v for b, v in zip(baseline, values)))
        for name, values in seconds.items()
    ]


def show(title: str, rows: List[Row], frames: int) -> None:
    """Print one table."""
    table = Table('way', 'ms', 'frames/s', 'ratio', title=title)
    for row in rows:
        table.add_row(row.name, f'{1000 * row.seconds:.1f}',
                      f'{frames / row.seconds:.0f}', f'{row.ratio:.2f}')
    Console(width=100).print(table)


def main(argv: Optional[List[str]] = None) -> Dict[str, dict]:
    """Measure and print; the figures of each video."""
    args = parse_args(argv)
    figures = {}
    for path in args.videos:
        index = read_index(str(path))
        whole = compare(whole_file(str(path), args.ffmpeg), args.rounds)
        show(f'{path.name}: {index.codec}, {index.num_frames} frames, '
             f'{len(index.key_pts)} key frames', whole, index.num_frames)
        figures[str(path)] = dict(
            whole=[row._asdict() for row in whole],
            sparse=few_frames(str(path), args.frames, args.rounds))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + '\n')
    return figures


if __name__ == '__main__':
    main()
