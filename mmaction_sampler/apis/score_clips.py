"""Oracle labels: any classifier densely over the clips of videos."""
import argparse
import hashlib
import json
import os
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.dist import (all_gather_object, broadcast_object_list,
                           get_dist_info, init_dist, is_main_process)
from mmengine.logging import MMLogger, print_log
from mmengine.registry import init_default_scope
from torch import Tensor

from mmaction_sampler.datasets import UntrimmedVideoDataset
from mmaction_sampler.datasets.clip_scores_file import ClipScoresFile
from mmaction_sampler.models.recognizers.classifier import classify
from mmaction_sampler.structures import ClipStream, ClipStreamError
from .cli import setup_cpu_distributed
from .inference import load_weights
from .score_config import classifier_config, clip_pipeline, what_is_read
from .selection_writer import SelectionWriter
from .split_videos import video_names

_SECONDS_BETWEEN_LOGS = 5.


class ClipScoresWriter(SelectionWriter):
    """Appends lines to a file of clip scores; see its parent."""

    def _read_paths(self) -> Set[str]:
        return {line.path for line in ClipScoresFile(str(self.path)).lines}


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
    if not Path(args.config).is_file():
        raise FileNotFoundError(f'config {args.config} does not exist')
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    if args.launcher != 'none':
        cfg.launcher = args.launcher
        os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
        if get_device() == 'cpu':
            setup_cpu_distributed(cfg)
        else:
            init_dist(args.launcher)
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
    with (ClipScoresWriter(args.out, _origin(args, cfg, pipeline))
          if is_main_process() else nullcontext()) as writer:
        _write_all(model, dataset, writer)


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
    return torch.cat(probs).unflatten(0, (stream.num_clips, -1)).mean(dim=1)


def _write_all(model: BaseRecognizer, dataset: UntrimmedVideoDataset,
               writer: Optional[ClipScoresWriter]) -> None:
    """Write the lines that are missing, and report."""
    names = video_names(dataset)
    written = [writer.written if writer else None]
    broadcast_object_list(written)
    todo = [i for i, name in names.items() if name not in written[0]]
    logger = MMLogger.get_current_instance()
    print_log(f'{len(names)} videos, {len(names) - len(todo)} of them have '
              f'a line already', logger)
    broken: Dict[str, str] = {}
    logged = time.time()
    for record, reason in _records(model, dataset, names, todo):
        for its_record, its_reason in all_gather_object((record, reason)):
            broken.update(its_reason)
            if writer and its_record:
                writer.write([its_record])
        if writer and time.time() - logged > _SECONDS_BETWEEN_LOGS:
            logged = time.time()
            print_log(f'{len(writer.written)} of {len(names)} videos have '
                      f'a line', logger)
    if writer is None:
        return
    for path, why in broken.items():
        print_log(f'broken video: {path}: {why}', logger)
    if not writer.written:
        raise RuntimeError(
            f'none of the videos could be decoded, one is '
            f'{next(iter(broken))}; check --data-prefix')
    print_log(f'{writer.path} has {len(writer.written)} lines; '
              f'{len(broken)} broken video(s) have none', logger)


def _records(model: BaseRecognizer, dataset: UntrimmedVideoDataset,
             names: Dict[int, str], todo: List[int]
             ) -> Iterator[Tuple[Optional[dict], Dict[str, str]]]:
    """This rank's lines, and reasons of its broken videos, one a step.

    All ranks take as many steps; at the end some may have nothing to do.
    """
    rank, world_size = get_dist_info()
    for first in range(0, len(todo), world_size):
        mine = todo[first:first + world_size][rank:rank + 1]
        yield _record(model, dataset, names[mine[0]], mine[0]) if mine else (
            None, {})


def _record(model: BaseRecognizer, dataset: UntrimmedVideoDataset, name: str,
            index: int) -> Tuple[Optional[dict], Dict[str, str]]:
    """The line of one video, or why there is none."""
    packed = dataset[index]
    sample, stream = packed['data_samples'], packed['inputs']
    if sample.get('unreadable'):
        return None, dict(sample.broken_videos)
    try:
        probs = clip_probabilities(model, stream)
    except ClipStreamError as error:
        return None, {sample.filename: str(error)}
    label = sample.gt_label
    truth = probs[:, label] if len(label) == 1 else probs * label
    confidence = truth.sum(dim=1).clamp(max=1)
    return dict(
        path=name, total_frames=int(sample.total_frames),
        clip_len=int(sample.clip_len),
        frame_interval=int(sample.frame_interval),
        confidence=[round(c, 6) for c in confidence.tolist()]), {}


def _origin(args: argparse.Namespace, cfg: Config,
            pipeline: List[dict]) -> Dict[str, str]:
    """What the lines are made with; see :class:`SelectionWriter`."""
    settings = json.dumps(
        dict(model=classifier_config(cfg), pipeline=what_is_read(pipeline),
             multi=args.multi_class),
        sort_keys=True, default=str)
    weights = Path(args.checkpoint)
    content = (weights.read_bytes() if weights.is_file() else
               args.checkpoint.encode())  # an address
    return dict(
        config=args.config,
        settings_sha256=hashlib.sha256(settings.encode()).hexdigest(),
        checkpoint=args.checkpoint,
        checkpoint_sha256=hashlib.sha256(content).hexdigest(),
        split=args.ann_file)
