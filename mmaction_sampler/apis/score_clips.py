"""Oracle labels: any classifier densely over the clips of videos."""
import argparse
from contextlib import nullcontext
from functools import partial
from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from mmengine.config import DictAction
from mmengine.device import get_device
from mmengine.dist import get_dist_info
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from torch import Tensor

from mmaction_sampler.datasets import UntrimmedVideoDataset
from mmaction_sampler.datasets.clip_scores_file import ClipScoresFile
from mmaction_sampler.main_process import on_main_process
from mmaction_sampler.models.classifier import classify
from mmaction_sampler.structures import (ClipStream, ClipStreamError,
                                         labels_of)
from .cli import start_distributed
from .config_edits import read_config
from .load_recognizer import load_weights
from .missing_lines import Made, write_missing_lines
from .origin import run_origin
from .score_config import classifier_config, clip_pipeline, what_is_read
from .selection_writer import SelectionWriter
from .split_videos import video_names


class ClipScoresWriter(SelectionWriter):
    """Appends lines to a file of clip scores; see its parent.

    Args:
        path (str): The file.
        origin (dict[str, str]): See :class:`SelectionWriter`.
        labels (dict[str, tuple]): The videos and their labels.

    Raises:
        ValueError: See :class:`SelectionWriter`; or if a video was scored
            for other labels.
    """

    def __init__(self, path: str, origin: Dict[str, str],
                 labels: Dict[str, Tuple[int, ...]]) -> None:
        self._labels = labels
        super().__init__(path, origin)

    def _read_paths(self) -> Set[str]:
        lines = ClipScoresFile(str(self.path)).lines
        for line in lines:
            label = self._labels.get(line.path, line.labels)
            if label != line.labels:
                raise ValueError(
                    f'{self.path}, line {line.number}: {line.path} was '
                    f'scored for the labels {list(line.labels or ())}, but '
                    f'the list says {list(label)} now; give another name, or '
                    f'remove it to start anew')
        return {line.path for line in lines}


def parse_score_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``tools/scsampler/score_clips.py``."""
    parser = argparse.ArgumentParser(
        description='Write how sure a classifier is of the label in every '
        'clip of videos, one JSON line a video. Started again, it completes '
        'an interrupted file.')
    add = parser.add_argument
    add('config', help='config of any MMAction2 recognizer, or of an '
        'SCSampler, whose classifier and clips are taken')
    add('checkpoint', help='path or address of its weights')
    add('ann_file', help='list of "video label" lines')
    add('out', help='file to write, OUT.jsonl')
    add('--data-prefix', default='', help='folder of the videos')
    add('--multi-class', action='store_true',
        help='several labels for a video; the score is that of any of them')
    add('--clip-len', type=int,
        help='frames of a clip; by default of the test pipeline')
    add('--frame-interval', type=int,
        help='frames from one of a clip\'s to the next; likewise')
    add('--prefix', default='',
        help='what the names of its weights begin with in the checkpoint, '
        'such as classifier. in one of an SCSampler')
    add('--clips-per-pass', type=int, default=8,
        help='clips that are in memory at once')
    add('--cfg-options', nargs='+', action=DictAction,
        help='settings that override the config, as key=value pairs')
    add('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what started the processes')
    add('--local_rank', '--local-rank', type=int, default=0)
    return parser.parse_args(argv)


def score_clips(args: argparse.Namespace) -> None:
    """Write one line for every video that can be decoded.

    SCSampler Sec. 3.1: f_y of all non-overlapping clips, from which the
    oracle is made.

    Args:
        args (argparse.Namespace): From :func:`parse_score_args`.

    Raises:
        FileNotFoundError: If config, checkpoint or list are missing.
        ValueError: If the file was made with something else, or the
            checkpoint or the pipeline do not fit.
        RuntimeError: If not one video could be decoded.
    """
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    start_distributed(args.launcher, args.local_rank)
    classifier = classifier_config(cfg)
    pipeline = clip_pipeline(cfg, args)
    dataset = UntrimmedVideoDataset(
        args.ann_file, pipeline,
        num_classes=classifier.cls_head.num_classes,
        data_prefix=dict(video=args.data_prefix),
        multi_class=args.multi_class, test_mode=True)
    model = MODELS.build(classifier)
    load_weights(model, args.checkpoint, args.prefix)
    model = model.to(get_device()).eval()
    names = video_names(dataset)
    origin = run_origin(
        args.config, args.checkpoint,
        dict(model=classifier, pipeline=what_is_read(pipeline),
             multi=args.multi_class, data_prefix=args.data_prefix),
        args.ann_file)
    labels = {name: labels_of(dataset.get_data_info(index)['label'])
              for index, name in names.items()}
    writer = on_main_process(
        lambda: ClipScoresWriter(args.out, origin, labels))
    with writer or nullcontext():
        write_missing_lines(
            writer, names, partial(_records, model, dataset, names),
            'check --data-prefix', MMLogger.get_current_instance())


@torch.no_grad()
def clip_probabilities(model: BaseRecognizer,
                       stream: ClipStream) -> Tensor:
    """Class probabilities of all clips of a video.

    Where the pipeline cuts several crops of a clip, their mean.

    Args:
        model (BaseRecognizer): Any of MMAction2's, in eval mode.
        stream (ClipStream): The video.

    Returns:
        Tensor: Float32 ``(L, num_classes)`` on the CPU.
    """
    probs = []
    preprocessor = model.data_preprocessor
    flat = preprocessor.format_shape == 'NCHW'
    for clips in stream.load(range(stream.num_clips)):
        frames = clips.flatten(0, 1) if flat else clips.transpose(1, 2)
        data = preprocessor(dict(inputs=[frames], data_samples=None), False)
        frames = data['inputs'][0]
        clips = (frames.unflatten(0, clips.shape[:2]) if flat else
                 frames.transpose(1, 2).contiguous())
        probs.append(classify(model, clips).cpu())
    # Of each pass, the first crop of all its clips comes first.
    crops = sum(map(len, probs)) // stream.num_clips
    return torch.cat([part.unflatten(0, (crops, -1)).mean(0)
                      for part in probs])


def _records(model: BaseRecognizer, dataset: UntrimmedVideoDataset,
             names: Dict[int, str], todo: List[int]) -> Iterator[Made]:
    """This rank's lines, and reasons of its broken videos, one a step.

    All ranks take as many steps; at the end some may have nothing to do.
    """
    rank, world_size = get_dist_info()
    for first in range(0, len(todo), world_size):
        mine = todo[first:first + world_size][rank:rank + 1]
        yield _record(model, dataset, names[mine[0]], mine[0]) if mine else (
            [], {})


def _record(model: BaseRecognizer, dataset: UntrimmedVideoDataset, name: str,
            index: int) -> Made:
    """The line of one video, or why there is none."""
    packed = dataset[index]
    sample, stream = packed['data_samples'], packed['inputs']
    if sample.get('unreadable'):
        return [], dict(sample.broken_videos)
    try:
        probs = clip_probabilities(model, stream)
    except ClipStreamError as error:
        return [], {sample.filename: str(error)}
    label = sample.gt_label
    truth = probs * label if label.is_floating_point() else probs[:, label]
    confidence = truth.sum(dim=1).clamp(max=1)
    return [dict(
        path=name, total_frames=int(sample.total_frames),
        clip_len=int(sample.clip_len),
        frame_interval=int(sample.frame_interval),
        labels=labels_of(dataset.get_data_info(index)['label']),
        confidence=[round(c, 6) for c in confidence.tolist()])], {}
