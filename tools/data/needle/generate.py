"""Generates the needle data set: videos in which little of the time and
little of the frame matters.

Variants: in ``main`` two plates decide the class, each is seen for a short
while. In ``order`` each is seen for nearly half of the video, and the class
also says which comes first. In ``order-free`` it does not, and B is seen for
about a quarter. In ``long`` both are seen together, among slow, silent decoys.

Every video is drawn from its own random generator, seeded with the seed, the
split and the number of the video, so the same settings give the same bytes
whatever the number of workers.

Example:
    python tools/data/needle/generate.py data/needle
    python tools/data/needle/generate.py data/needle_order --variant order
"""
import argparse
import json
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Union

import cv2
import numpy as np
from encode import write_video
from progress import show_progress
from render import TONES, render_audio, render_frames
from scene import MIN_SIZE, Plate, draw_labels
from variants import VARIANTS

from mmaction_sampler.whole_file import whole_file

# Raise this when the same settings come to give other videos.
FORMAT = 3

SPLITS = ('train', 'val', 'test')
# In the place of a video's number: the generator of a split's labels. A list
# without a third number would give the stream of the split's video 0.
LABEL_STREAM = 2**32 - 1
MAX_VIDEOS = 100000  # numbers have five digits
MAX_SIZE = 4096
MAX_FPS = 240

Record = Dict[str, Union[str, int, bool, List[int], List[List[int]]]]


@dataclass(frozen=True)
class Settings:
    """All that decides the content of the data set."""
    seed: int
    num_train: int
    num_val: int
    num_test: int
    num_frames: int
    size: int
    fps: int
    variant: str = 'main'
    format: int = FORMAT

    def check(self) -> None:
        """Raises a ValueError if no data set can have these settings."""
        if self.seed < 0:
            raise ValueError(f'--seed must be 0 or more, not {self.seed}.')
        for split in SPLITS:
            number = self.num_videos(split)
            if not 1 <= number <= MAX_VIDEOS:
                raise ValueError(f'--num-{split} must be 1 to {MAX_VIDEOS}, '
                                 f'not {number}.')
        least = VARIANTS[self.variant].min_frames
        if self.num_frames < least:
            raise ValueError(
                f'--num-frames must be {least} or more, so that all plates '
                f'find time, not {self.num_frames}.')
        if not MIN_SIZE <= self.size <= MAX_SIZE or self.size % 2:
            raise ValueError(
                f'--size must be an even number from {MIN_SIZE} to '
                f'{MAX_SIZE}, so that both plates find room, not '
                f'{self.size}.')
        if not 1 <= self.fps <= MAX_FPS:
            raise ValueError(f'--fps must be 1 to {MAX_FPS}, not {self.fps}.')

    def num_videos(self, split: str) -> int:
        """Videos in a split."""
        return {
            'train': self.num_train,
            'val': self.num_val,
            'test': self.num_test
        }[split]


@dataclass(frozen=True)
class Task:
    """One video to make; small, since it is sent to another process."""
    out_dir: Path
    settings: Settings
    split: str
    index: int
    label: int
    easy: bool

    @property
    def filename(self) -> str:
        """Path of the video relative to the folder of all videos."""
        return f'{self.split}/{self.index:05d}.mp4'


def plan_tasks(out_dir: Path, settings: Settings) -> List[Task]:
    """One task for every video, split by split, in the order of numbers."""
    tasks = []
    variant = VARIANTS[settings.variant]
    for number, split in enumerate(SPLITS):
        rng = np.random.default_rng([settings.seed, number, LABEL_STREAM])
        labels, easy = draw_labels(rng, settings.num_videos(split),
                                   variant.easy_fractions[split],
                                   variant.num_classes)
        tasks += [
            Task(out_dir, settings, split, index, int(labels[index]),
                 bool(easy[index])) for index in range(len(labels))
        ]
    return tasks


def make_video(task: Task) -> Record:
    """Writes one video, unless it exists, and describes it.

    Returns:
        filename, label, easy, seed (the numbers that seed the generator) and
        for each plate the visible frames [start, stop), named a and b. Of a
        long video also its frames, and the spans of decoys and false tones.
    """
    settings = task.settings
    seed = [settings.seed, SPLITS.index(task.split), task.index]
    rng = np.random.default_rng(seed)
    variant, num_frames = VARIANTS[settings.variant], settings.num_frames
    if variant.varies:
        num_frames = round(num_frames * rng.uniform(*variant.length_shares))
    plates = variant.draw(rng, task.label, task.easy, num_frames,
                          settings.size)
    path = task.out_dir / 'videos' / task.filename
    # A video gets its name only when it is complete, so existing is enough.
    if not path.exists():
        draw_and_write(rng, plates, num_frames, settings, path)
    record: Record = dict(
        filename=task.filename, label=task.label, easy=task.easy, seed=seed)
    record.update({p.kind: [p.start, p.stop] for p in plates
                   if p.seen and p.heard})
    if variant.varies:
        record.update(
            num_frames=num_frames,
            decoys=[[p.start, p.stop] for p in plates
                    if not p.heard and p.kind == 'a'],
            false_tones=[[p.start, p.stop] for p in plates
                         if not p.seen and p.kind == 'a'])
    return record


def draw_and_write(rng: np.random.Generator, plates: Sequence[Plate],
                   num_frames: int, settings: Settings, path: Path) -> None:
    """Renders a scene with its sound and writes it to a file at once."""
    seen = [p for p in plates if p.seen]
    frames = render_frames(rng, seen, num_frames, settings.size)
    tones = [(TONES[p.kind], p.start, p.stop) for p in plates if p.heard]
    sound = render_audio(rng, tones, num_frames, settings.fps)
    with whole_file(path, path.with_suffix('.part')) as part:
        write_video(part, frames, sound, settings.fps)


def start_worker() -> None:
    """Prepares a worker process: one thread, Ctrl-C left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


def make_videos(tasks: Sequence[Task], workers: int) -> Iterator[Record]:
    """Makes all videos and yields their records in the order of the tasks."""
    if workers == 1:
        yield from map(make_video, tasks)
        return
    context = multiprocessing.get_context('spawn')
    pool = ProcessPoolExecutor(workers, context, start_worker)
    try:
        yield from pool.map(make_video, tasks, chunksize=4)
    finally:
        pool.shutdown(cancel_futures=True)


def write_text(path: Path, text: str) -> None:
    """Writes a file such that it is never there in part."""
    with whole_file(path) as part:
        part.write_text(text, encoding='utf-8')


def prepare_folder(out_dir: Path, settings: Settings, overwrite: bool) -> None:
    """Makes the folders and sees to it that no other videos are in them.

    Raises:
        ValueError: If there are videos that other settings made, or nobody
            knows which, and ``overwrite`` is not set.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise ValueError(f'{out_dir} is a file, not a folder.')
    folders = [out_dir / 'videos' / split for split in SPLITS]
    present = [p for f in folders for p in sorted(f.glob('[0-9]*.mp4'))]
    stored = out_dir / 'settings.json'
    wanted = json.dumps(asdict(settings), indent=2) + '\n'
    if overwrite:
        # All go first: a run that is interrupted must not leave old videos
        # beside the new settings.
        for path in present:
            path.unlink()
    elif stored.exists():
        if stored.read_text(encoding='utf-8') != wanted:
            raise ValueError(f'{out_dir} holds videos made with other '
                             'settings; give --overwrite to replace them.')
    elif present:
        raise ValueError(f'{out_dir} holds videos of unknown settings; give '
                         '--overwrite to replace them.')
    for folder in folders + [out_dir / 'annotations']:
        folder.mkdir(parents=True, exist_ok=True)
    write_text(stored, wanted)


def generate(out_dir: Path, settings: Settings, workers: int) -> None:
    """Makes what is missing of a data set in a prepared folder."""
    tasks = plan_tasks(out_dir, settings)
    records = show_progress(make_videos(tasks, workers), len(tasks))
    for split in SPLITS:
        rows = [r for t, r in zip(tasks, records) if t.split == split]
        base = out_dir / 'annotations' / split
        write_text(
            base.with_suffix('.txt'),
            ''.join(f'{r["filename"]} {r["label"]}\n' for r in rows))
        lines = ',\n'.join(json.dumps(r) for r in rows)
        write_text(base.with_suffix('.json'), f'[\n{lines}\n]\n')
    print(f'{len(tasks)} videos are in {out_dir}.')


def defaults(name: str) -> str:
    """A variant's setting, by variant, for the help."""
    return ', '.join(f'{getattr(variant, name)} in {key}'
                     for key, variant in VARIANTS.items())


def parse_args(args: Optional[Sequence[str]]) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description='Generate the needle data set.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add('out_dir', nargs='?', type=Path, default=Path('data/needle'))
    add('--seed', type=int, default=0, help='another seed, other videos')
    add('--num-train', type=int, default=480, help='training videos')
    add('--num-val', type=int, default=240, help='validation videos')
    add('--num-test', type=int, default=240, help='test videos')
    add('--variant', choices=sorted(VARIANTS), default='main',
        help='what decides the class')
    add('--num-frames', type=int, default=argparse.SUPPRESS,
        help=f'frames of a video (default: {defaults("num_frames")})')
    add('--size', type=int, default=argparse.SUPPRESS,
        help=f'width and height in pixels (default: {defaults("size")})')
    add('--fps', type=int, default=10, help='frames per second')
    add('--workers', type=int, default=os.cpu_count(), help='processes')
    add('--overwrite', action='store_true', help='replace existing videos')
    return parser.parse_args(args)


def main(args: Optional[Sequence[str]] = None) -> int:
    """Runs the tool and returns its exit code."""
    parsed = parse_args(args)
    variant = VARIANTS[parsed.variant]
    settings = Settings(
        parsed.seed, parsed.num_train, parsed.num_val, parsed.num_test,
        getattr(parsed, 'num_frames', variant.num_frames),
        getattr(parsed, 'size', variant.size), parsed.fps, parsed.variant)
    # Only these checks speak to the user; any later error is a bug, and
    # shows where it comes from.
    try:
        settings.check()
        if parsed.workers < 1:
            raise ValueError(
                f'--workers must be 1 or more, not {parsed.workers}.')
        prepare_folder(parsed.out_dir, settings, parsed.overwrite)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        generate(parsed.out_dir, settings, parsed.workers)
    except KeyboardInterrupt:
        print('Stopped; the same command goes on from here.', file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
