"""Write what a trained recognizer selects in every video of a split."""
import argparse
import time
from contextlib import nullcontext
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample
from mmengine.config import Config, ConfigDict
from mmengine.dist import (all_gather_object, broadcast_object_list,
                           is_main_process)
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset, Subset

from .cli import add_common_options, build_runner, load_config
from .inference import load_weights
from .origin import run_origin
from .selection_record import selection_record
from .selection_writer import SelectionWriter
from .split_videos import split_dataloader, video_names, video_path

_META_KEYS = ('filename', 'frame_dir', 'total_frames', 'start_index',
              'frame_inds')
_SPLITS = ('train', 'val', 'test')
_SECONDS_BETWEEN_LOGS = 5.


def parse_export_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``tools/export_selection.py``."""
    parser = argparse.ArgumentParser(
        description='Write which frames a recognizer selects, one JSON line '
        'a video. Started again, it completes an interrupted file.')
    parser.add_argument('config', help='path of the config')
    parser.add_argument('checkpoint', help='path or address of the weights')
    parser.add_argument('out', help='file to write, OUT.jsonl')
    parser.add_argument(
        '--split',
        choices=_SPLITS,
        default='test',
        help='whose videos; all go through the test pipeline')
    add_common_options(parser)
    return parser.parse_args(argv)


def export_selection(args: argparse.Namespace) -> None:
    """Write one line for every video of the split that can be decoded.

    Args:
        args (argparse.Namespace): From :func:`parse_export_args`.

    Raises:
        FileNotFoundError: If config, checkpoint or annotations are missing.
        ValueError: If the file was made with something else, the checkpoint
            does not fit, or the recognizer selects nothing.
        RuntimeError: If not one video could be decoded.
    """
    cfg = load_config(args)
    loader = split_dataloader(cfg, args.split, _META_KEYS)
    origin = run_origin(
        args.config, args.checkpoint,
        dict(model=cfg.model, dataset=loader.dataset), args.split)
    runner = build_runner(_without_loops(cfg), args.local_rank)
    load_weights(_unwrapped(runner.model), args.checkpoint)
    dataset = DATASETS.build(loader.pop('dataset'))
    names = video_names(dataset)
    # Every rank predicts, and the main process writes.
    with (SelectionWriter(args.out, origin)
          if is_main_process() else nullcontext()) as writer:
        _export(runner, loader, dataset, names, writer)


def _export(runner: Runner, loader: ConfigDict, dataset: Dataset,
            names: Dict[int, str], writer: Optional[SelectionWriter]) -> None:
    """Write the lines that are missing, and report."""
    written = [writer.written if writer else None]
    broadcast_object_list(written)
    todo = [i for i, name in names.items() if name not in written[0]]
    runner.logger.info(f'{len(names)} videos, {len(names) - len(todo)} of '
                       f'them have a line already')
    paths = {video_path(dataset.get_data_info(i)): names[i] for i in todo}
    broken: Dict[str, str] = {}
    logged = time.time()
    for samples, newly_broken in _predictions(runner, loader, dataset, todo):
        records = [
            selection_record(s, paths[video_path(s)]) for s in samples]
        for its_records, its_broken in all_gather_object(
                (records, newly_broken)):
            broken.update(its_broken)
            if writer:
                writer.write(its_records)
        if writer and time.time() - logged > _SECONDS_BETWEEN_LOGS:
            logged = time.time()
            runner.logger.info(
                f'{len(writer.written)} of {len(names)} videos have a line')
    if writer:
        _report(runner, writer, broken)


def _predictions(
    runner: Runner, loader: ConfigDict, dataset: Dataset, todo: List[int]
) -> Iterator[Tuple[List[ActionDataSample], Dict[str, str]]]:
    """Predicted samples, and reasons of the broken videos, of each batch."""
    if not todo:
        return
    model = _unwrapped(runner.model).eval()
    batches = runner.build_dataloader(
        dict(loader, dataset=Subset(dataset, todo)), seed=runner.seed)
    for batch in batches:
        with torch.no_grad():
            samples = model.test_step(batch)
        # After it, since streams are read and may break there.
        broken = {
            path: reason for sample in batch['data_samples']
            for path, reason in sample.get('broken_videos', ())}
        # Of a batch without any readable video there is another element.
        yield [s for s in samples if isinstance(s, ActionDataSample)], broken


def _report(runner: Runner, writer: SelectionWriter,
            broken: Dict[str, str]) -> None:
    """Say how many lines there are, and which videos have none."""
    for path, reason in broken.items():
        runner.logger.warning(f'broken video: {path}: {reason}')
    if not writer.written:
        raise RuntimeError(
            f'none of the videos could be decoded, one is '
            f'{next(iter(broken))}; check data_prefix of the dataset')
    runner.logger.info(
        f'{writer.path} has {len(writer.written)} lines; {len(broken)} '
        f'broken video(s) have none')


def _without_loops(cfg: Config) -> Config:
    """A config for a runner that neither trains nor tests by itself."""
    for loop in _SPLITS:
        for part in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{loop}_{part}'] = None
    cfg.optim_wrapper = cfg.param_scheduler = cfg.custom_hooks = None
    return cfg


def _unwrapped(model: nn.Module) -> nn.Module:
    return model.module if is_model_wrapper(model) else model
