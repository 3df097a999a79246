"""Encode videos anew so that their motion vectors can be read as they are.

MPEG-4 Part 2, groups of 12 frames, no B-frames: what compressed-video
recognition reads. Every file below the source folder that has a video's
suffix is written under the same name below the target folder, so that lists
of videos stay valid; the container is MP4, whatever the suffix. Times,
rotation and the first audio stream stay. Links to folders are followed; the
target folder may lie below the source folder.

Files that are there already, and not older than their source, are left out:
run the command again after an interruption. A file is there whole or not at
all. What cannot be encoded is listed in OUT/failures.jsonl, a line each. How
files are encoded stands in OUT/settings.json; other options need another
folder.

Exit status: 0 if every file is there, 1 if some failed, 2 if the command
could not do its work.

Example:
    python tools/data/reencode.py data/miniSports/videos \\
        data/miniSports/videos_mpeg4 --short-side 256
"""
import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple

from annotations.folder_walk import files_below
from annotations.lists import VIDEO_SUFFIXES, write_atomically
from annotations.watched import DONE, run_watched
from check_annotations import shown

from mmaction_sampler.datasets.video.part_files import remove_stale_parts
from mmaction_sampler.datasets.video.reencode import reencode_file

FAILURES = 'failures.jsonl'
SETTINGS = 'settings.json'


class Failure(NamedTuple):
    """A file that could not be encoded.

    Attributes:
        filename (str): Path below the source folder.
        status (str): ``'broken'``, ``'unwritten'`` (such as on a full disk),
            ``'crashed'`` or ``'timeout'``.
        reason (str): A sentence.
    """
    filename: str
    status: str
    reason: str


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('source', type=Path, help='folder of videos')
    add('out', type=Path, help='folder to write to')
    add('--quality', type=int, default=1,
        help='quantiser step, 1 (best) to 31 (default: %(default)s)')
    add('--short-side', type=int,
        help='shrink frames to this short side; smaller ones stay')
    add('--workers', type=int, default=os.cpu_count(),
        help='processes (default: %(default)s)')
    add('--timeout', type=float, default=3600,
        help='seconds that a file may take (default: %(default)s)')
    args = parser.parse_args(argv)
    if not 1 <= args.quality <= 31:
        parser.error('--quality must be from 1 to 31')
    if args.short_side is not None and args.short_side < 16:
        parser.error('--short-side must be at least 16')
    if args.workers < 1:
        parser.error('--workers must be at least 1')
    if args.timeout <= 0:
        parser.error('--timeout must be above 0')
    return args


def encode_one(paths: Tuple[str, str], quality: int,
               short_side: Optional[int]) -> Tuple[str, str]:
    """Encode a file.

    Args:
        paths (tuple[str, str]): Source and target.
        quality (int): Quantiser step.
        short_side (int, optional): Pixels.

    Returns:
        tuple[str, str]: Status and reason of the failure, empty if there is
        none.
    """
    try:
        reencode_file(*paths, quality=quality, short_side=short_side)
    except OSError as error:
        is_target = error.filename == paths[1]
        return 'unwritten' if is_target else 'broken', str(error)
    except ValueError as error:
        return 'broken', str(error)
    return '', ''


def find_videos(source: Path, out: Path) -> List[str]:
    """Paths of the videos below a folder, relative to it, sorted.

    Args:
        source (Path): The folder.
        out (Path): Folder of what was encoded, left out where it lies below
            the other one.

    Returns:
        list[str]: The paths, with slashes.
    """
    return sorted(
        path.relative_to(source).as_posix()
        for path in files_below(source, left_out=out)
        if path.suffix.lower() in VIDEO_SUFFIXES)


def keep_settings(args: argparse.Namespace) -> None:
    """Write how files are encoded, or see that it was the same before.

    Args:
        args (argparse.Namespace): Options of the command. Copies of older
            versions, which wrote no settings, count as made with them.

    Raises:
        ValueError: If the folder's files were made with other options.
    """
    stored = args.out / SETTINGS
    wanted = json.dumps(dict(
        quality=args.quality, short_side=args.short_side)) + '\n'
    if not stored.exists():
        args.out.mkdir(parents=True, exist_ok=True)
        write_atomically(stored, wanted)
        return
    found = stored.read_text(encoding='utf-8')
    if found != wanted:
        raise ValueError(
            f'{args.out} was made with other options, {found.strip()} in '
            f'{stored} instead of {wanted.strip()}; give another folder, or '
            f'remove this one to encode all anew')


def is_done(source: Path, target: Path) -> bool:
    """Whether there is a copy that is not older than its source."""
    return (target.is_file()
            and target.stat().st_mtime_ns >= source.stat().st_mtime_ns)


def encode_all(args: argparse.Namespace, todo: List[str]) -> List[Failure]:
    """Encode files in processes of their own.

    Args:
        args (argparse.Namespace): Options of the command.
        todo (list[str]): Paths below the source folder.

    Returns:
        list[Failure]: Those that failed, in the order of ``todo``.
    """
    folders = {(args.out / name).parent for name in todo}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale_parts(folder)
    outcomes = run_watched(
        partial(encode_one, quality=args.quality, short_side=args.short_side),
        [(str(args.source / name), str(args.out / name)) for name in todo],
        args.workers, args.timeout,
        preload=['mmaction_sampler.datasets.video.reencode'])
    failures = []
    for index, status, found in sorted(shown(outcomes, len(todo))):
        status, reason = found if status == DONE else (status, found)
        if status:
            failures.append(Failure(todo[index], status, reason))
    # Processes that took too long or crashed were ended as they wrote.
    for folder in folders:
        remove_stale_parts(folder)
    return failures


def main(argv: Optional[List[str]] = None) -> int:
    """Encode and report; see the exit status above."""
    args = parse_args(argv)
    if not args.source.is_dir():
        print(f'{args.source} is no folder', file=sys.stderr)
        return 2
    if args.source.resolve() == args.out.resolve():
        print('the target folder must not be the source folder',
              file=sys.stderr)
        return 2
    videos = find_videos(args.source, args.out)
    if not videos:
        print(f'{args.source} has no file with one of the suffixes '
              f'{", ".join(VIDEO_SUFFIXES)}', file=sys.stderr)
        return 2
    try:
        keep_settings(args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    todo = [name for name in videos
            if not is_done(args.source / name, args.out / name)]
    failures = encode_all(args, todo)
    write_atomically(
        args.out / FAILURES,
        ''.join(json.dumps(f._asdict()) + '\n' for f in failures))
    for failure in failures:
        print(f'{failure.filename}: {failure.status}: {failure.reason}')
    print(f'{len(todo) - len(failures)} of {len(videos)} files encoded, '
          f'{len(videos) - len(todo)} were there, {len(failures)} failed'
          + (f'; they are in {args.out / FAILURES}' if failures else ''))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
