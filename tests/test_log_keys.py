"""``docs/log_keys.md`` against what a run emits."""
import re
from pathlib import Path
from typing import List, Set, Tuple

from helpers import (REPOSITORY, build_runner, tiny_adafocus, tiny_config,
                     tiny_ocsampler, write_video)
from mmengine.config import Config
from mmengine.hooks import Hook


def documented() -> Set[str]:
    """Every name in code style in the first cell of a table."""
    text = (REPOSITORY / 'docs/log_keys.md').read_text()
    cells = re.findall(r'^\| (`[^|]+) \|', text, re.MULTILINE)
    return {name for cell in cells for name in re.findall('`([^`]+)`', cell)}


class Recorder(Hook):
    """Keep the names of what training and validation give."""

    def __init__(self) -> None:
        self.train: Set[str] = set()
        self.val: Set[str] = set()

    def after_train_iter(self, runner, batch_idx, data_batch=None,
                         outputs=None):
        """Keep a training step's keys."""
        self.train |= set(outputs)

    def after_val_epoch(self, runner, metrics=None):
        """Keep the names of the metrics."""
        self.val |= set(metrics)


def _write(folder: Path, ann_file: Path, broken: bool) -> Path:
    """A list of four videos, of which one may be missing."""
    names = [f'{i}.mp4' for i in range(4)]
    for name in names:
        write_video(folder / name)
    lines = [f'{name} {i % 3}' for i, name in enumerate(names)]
    if broken:
        lines.append('gone.mp4 0')
    ann_file.write_text('\n'.join(lines) + '\n')
    return ann_file


def ocsampler_stages() -> Tuple[dict, List[str]]:
    """A tiny OCSampler and its stages."""
    return tiny_ocsampler(), ['warmup', 'policy']


def adafocus_stages() -> Tuple[dict, List[str]]:
    """A tiny AdaFocus+, which logs all that AdaFocus does, and its stages."""
    model = tiny_adafocus(
        kind='AdaFocusPlus',
        skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8))
    return model, ['warmup', 'policy', 'finetune']


def emitted(folder: Path, model: dict, stages: List[str]) -> Set[str]:
    """Every name that a run of one epoch a stage gives."""
    videos = folder / 'videos'
    # Batches are of four: the broken video is in one of its own.
    train_list = _write(videos, folder / 'train.txt', broken=False)
    val_list = _write(videos, folder / 'val.txt', broken=True)
    cfg: Config = tiny_config(train_list, folder / 'run', model)
    for loader, ann_file in (('train', train_list), ('val', val_list)):
        dataset = cfg[f'{loader}_dataloader'].dataset
        dataset.update(
            ann_file=str(ann_file), data_prefix=dict(video=str(videos)))
    cfg.merge_from_dict(dict(train_cfg=dict(
        max_epochs=len(stages), val_interval=len(stages))))
    cfg.custom_hooks[0].stages = [
        dict(name=stage, epochs=1) for stage in stages]
    runner = build_runner(cfg)
    recorder = Recorder()
    runner.register_hook(recorder, priority='VERY_LOW')
    runner.train()
    return recorder.train | recorder.val


def test_what_runs_emit_is_what_is_documented(tmp_path: Path) -> None:
    ours = {name for name in documented()
            if name != 'acc/mean_average_precision'}
    runs = [
        emitted(tmp_path / 'ocsampler', *ocsampler_stages()),
        emitted(tmp_path / 'adafocus', *adafocus_stages()),
    ]
    assert set().union(*runs) == ours
