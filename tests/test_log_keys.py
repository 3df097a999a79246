"""``docs/log_keys.md`` against what a run emits."""
import re
from pathlib import Path
from typing import Set

from helpers import REPOSITORY, tiny_config, write_video
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner


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


def test_what_a_run_emits_is_what_is_documented(tmp_path: Path) -> None:
    folder = tmp_path / 'videos'
    # Batches are of four: the broken video is in one of its own.
    train_list = _write(folder, tmp_path / 'train.txt', broken=False)
    val_list = _write(folder, tmp_path / 'val.txt', broken=True)
    cfg: Config = tiny_config(train_list, tmp_path / 'run')
    for loader, ann_file in (('train', train_list), ('val', val_list)):
        dataset = cfg[f'{loader}_dataloader'].dataset
        dataset.update(
            ann_file=str(ann_file), data_prefix=dict(video=str(folder)))
    cfg.merge_from_dict(
        dict(train_cfg=dict(max_epochs=2, val_interval=2)))
    for stage in cfg.custom_hooks[0].stages:
        stage.epochs = 1
    runner = Runner.from_cfg(cfg)
    recorder = Recorder()
    runner.register_hook(recorder, priority='VERY_LOW')
    runner.train()
    ours = {name for name in documented()
            if name != 'acc/mean_average_precision'}
    assert recorder.train | recorder.val == ours
