"""Write what a trained recognizer selects in every video of a split."""
import argparse
from contextlib import nullcontext
from functools import partial
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample
from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner
from torch.utils.data import Dataset, Subset

from mmaction_sampler.main_process import on_main_process
from mmaction_sampler.models.wrapper import unwrapped
from .cli import add_common_options, build_runner, load_config
from .load_recognizer import load_weights
from .missing_lines import Made, write_missing_lines
from .origin import run_origin
from .selection_record import selection_record
from .selection_writer import SelectionWriter
from .split_videos import split_dataloader, video_names, video_path

_META_KEYS = ('filename', 'frame_dir', 'total_frames', 'start_index',
              'frame_inds')
_SPLITS = ('train', 'val', 'test')


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
    load_weights(unwrapped(runner.model), args.checkpoint)
    dataset = DATASETS.build(loader.pop('dataset'))
    names = video_names(dataset)
    # Every rank predicts, and the main process writes.
    writer = on_main_process(lambda: SelectionWriter(args.out, origin))
    with writer or nullcontext():
        write_missing_lines(
            writer, names, partial(_records, runner, loader, dataset, names),
            'check data_prefix of the dataset', runner.logger)


def _records(runner: Runner, loader: ConfigDict, dataset: Dataset,
             names: Dict[int, str], todo: List[int]) -> Iterator[Made]:
    """This rank's lines, and reasons of its broken videos, a batch a step."""
    paths = {video_path(dataset.get_data_info(i)): names[i] for i in todo}
    for samples, broken in _predictions(runner, loader, dataset, todo):
        yield [selection_record(s, paths[video_path(s)])
               for s in samples], broken


def _predictions(
    runner: Runner, loader: ConfigDict, dataset: Dataset, todo: List[int]
) -> Iterator[Tuple[List[ActionDataSample], Dict[str, str]]]:
    """Predicted samples, and reasons of the broken videos, of each batch."""
    if not todo:
        return
    model = unwrapped(runner.model).eval()
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


def _without_loops(cfg: Config) -> Config:
    """A config for a runner that neither trains nor tests by itself."""
    for loop in _SPLITS:
        for part in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{loop}_{part}'] = None
    cfg.optim_wrapper = cfg.param_scheduler = cfg.custom_hooks = None
    return cfg
