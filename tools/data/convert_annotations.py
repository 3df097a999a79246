"""Convert the published annotations of a data set to lists of videos.

Writes PREFIX_train_video.txt, PREFIX_val_video.txt and, where the source has
class names, PREFIX_classes.txt (number = line - 1), as the configs expect
them. Lines of a list: NAME LABEL [LABEL ...].

Example:
    python tools/data/convert_annotations.py activitynet \\
        activity_net.v1-3.min.json --out data/ActivityNet
"""
import argparse
import sys
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional

from annotations.activitynet import read_activitynet
from annotations.fcvid import NUM_CLASSES, read_fcvid
from annotations.folders import read_folders
from annotations.kinetics import read_kinetics
from annotations.lists import (AnnotationError, Annotations, check_names,
                               keep_existing, list_text, read_classes,
                               write_atomically)
from annotations.sports1m import draw_mini, read_sports1m
from annotations.three_splits import read_hmdb51, read_ucf101


class DataSet(NamedTuple):
    """How a data set is read and where its lists go.

    Attributes:
        read (Callable): From the options of the command.
        prefix (str): How the names of the lists begin.
        folder (str): Default of ``--out``.
    """
    read: Callable[[argparse.Namespace], Annotations]
    prefix: str
    folder: str


DATA_SETS: Dict[str, DataSet] = {
    'activitynet': DataSet(
        lambda args: read_activitynet(
            args.annotations, args.name,
            read_classes(args.classes) if args.classes else None),
        'anet', 'data/ActivityNet'),
    'kinetics': DataSet(
        lambda args: read_kinetics(
            args.train, args.val,
            read_classes(args.classes) if args.classes else None, args.name),
        'kinetics400', 'data/kinetics400'),
    'ucf101': DataSet(
        lambda args: read_ucf101(args.splits), 'ucf101', 'data/ucf101'),
    'hmdb51': DataSet(
        lambda args: read_hmdb51(args.splits), 'hmdb51', 'data/hmdb51'),
    'mini-kinetics': DataSet(
        lambda args: read_kinetics(
            args.train, args.val, read_classes(args.classes), args.name),
        'mini_kinetics', 'data/MiniKinetics'),
    'fcvid': DataSet(
        lambda args: read_fcvid(args.splits, args.labels, args.num_classes),
        'fcvid', 'data/FCVID'),
    'mini-sports1m': DataSet(
        lambda args: read_sports1m(
            args.train, args.test, read_classes(args.classes), args.name),
        'mini_sports1m', 'data/MiniSports1M'),
    'folders': DataSet(
        lambda args: read_folders(args.videos, args.val_share, args.seed),
        'own', 'data/own'),
}


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(
        dest='dataset', required=True, metavar='DATASET',
        help=', '.join(DATA_SETS) + '; DATASET --help for its options')
    add = {}
    for name, data_set in DATA_SETS.items():
        command = commands.add_parser(
            name, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        add_common(command, data_set)
        add[name] = command.add_argument
    video_name = 'name of a video file, from {id}'

    anet = add['activitynet']
    anet('annotations', type=Path, help='activity_net.v1-3.min.json')
    anet('--name', default='v_{id}.mp4', help=video_name)
    anet('--classes', type=Path, help='class names, one a line, for other '
         'numbers than the sorted names give')

    for which, number in (('kinetics', 'all'), ('mini-kinetics', '200')):
        kinetics = add[which]
        kinetics('--train', type=Path, required=True, help='CSV of Kinetics')
        kinetics('--val', type=Path, required=True, help='CSV of Kinetics')
        kinetics('--classes', type=Path, required=number == '200',
                 help=f'the {number} class names, one a line')
        kinetics('--name', default='{id}_{start:06d}_{end:06d}.mp4',
                 help=video_name + ', {start}, {end} and {label}')

    add['ucf101']('splits', type=Path, help='folder ucfTrainTestlist')
    add['hmdb51']('splits', type=Path,
                  help='folder of CLASS_test_split1.txt and so on')

    fcvid = add['fcvid']
    fcvid('splits', type=Path, help='FCVID_VideoName_TrainTestSplit.txt')
    fcvid('labels', type=Path, help='FCVID_Label.txt')
    fcvid('--num-classes', type=int, default=NUM_CLASSES, help='columns')

    sports = add['mini-sports1m']
    sports('train', type=Path, help='train_partition.txt, or JSON')
    sports('test', type=Path, help='test_partition.txt, or JSON')
    sports('--classes', type=Path, required=True, help='labels.txt')
    sports('--name', default='{id}.mp4', help=video_name)
    sports('--per-class', type=int, nargs=2, default=[30, 10],
           metavar=('TRAIN', 'VAL'), help='videos to draw of each class')
    sports('--seed', type=int, default=0, help='another seed, another draw')

    folders = add['folders']
    folders('videos', type=Path, help='folder with one folder a class')
    folders('--val-share', type=float, default=0.2,
            help='share of each class for validation')
    folders('--seed', type=int, default=0, help='another seed, another draw')
    return parser.parse_args(argv)


def add_common(parser: argparse.ArgumentParser, data_set: DataSet) -> None:
    """Add the options that every data set has."""
    parser.add_argument(
        '--out', type=Path, default=Path(data_set.folder),
        help='folder of the lists')
    parser.add_argument(
        '--existing', type=Path, nargs='+', metavar='DIR',
        help='keep the videos that are below this folder, whatever their '
        'suffix; or a folder for training and one for validation')
    parser.add_argument(
        '--overwrite', action='store_true', help='replace existing lists')


def convert(args: argparse.Namespace) -> Annotations:
    """Read the source and choose the videos.

    Raises:
        AnnotationError: If the input or an option is wrong.
        FileNotFoundError: If something is missing.
    """
    if args.existing and len(args.existing) > 2:
        raise AnnotationError('--existing takes one folder or two')
    annotations = DATA_SETS[args.dataset].read(args)
    if args.existing:
        annotations = keep_existing(annotations, args.existing)
    if args.dataset == 'mini-sports1m':
        if min(args.per_class) < 1 or args.seed < 0:
            raise AnnotationError(
                '--per-class must be at least 1, and --seed at least 0')
        annotations = draw_mini(annotations, args.per_class, args.seed)
    check_names(annotations)
    return annotations


def contents(annotations: Annotations, prefix: str) -> Dict[str, str]:
    """Name of every file to write -> its text."""
    files = {f'{prefix}_{split}_video.txt': list_text(videos)
             for split, videos in annotations.splits.items()}
    if annotations.classes:
        files[f'{prefix}_classes.txt'] = ''.join(
            f'{name}\n' for name in annotations.classes)
    return files


def main(argv: Optional[List[str]] = None) -> int:
    """Write the lists; the exit status is 2 if the input is wrong."""
    args = parse_args(argv)
    try:
        annotations = convert(args)
        files = contents(annotations, DATA_SETS[args.dataset].prefix)
        for name in files:
            if (args.out / name).exists() and not args.overwrite:
                raise AnnotationError(
                    f'{args.out / name} exists; give --overwrite to replace '
                    f'it, or another --out')
    except (AnnotationError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_atomically(args.out / name, text)
    except OSError as error:
        print(f'{args.out} cannot be written ({error}); give another --out',
              file=sys.stderr)
        return 2
    for split, videos in annotations.splits.items():
        classes = {label for video in videos for label in video.labels}
        several = sum(len(video.labels) > 1 for video in videos)
        print(f'{split}: {len(videos)} videos of {len(classes)} classes, '
              f'{several} with several labels')
    for note in annotations.notes:
        print(note)
    print(f'{", ".join(files)} written to {args.out}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
