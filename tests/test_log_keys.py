"""``docs/log_keys.md`` against what a run emits."""
import re
from pathlib import Path
from typing import Callable, Set

from helpers import (REPOSITORY, build_runner, tiny_adafocus, tiny_config,
                     tiny_ocsampler, write_video)
from helpers_adafocus_v2 import tiny_adafocus_v2
from helpers_faster import faster_config, tiny_faster
from helpers_scsampler import scsampler_config, with_a_silent_video
from mmaction.registry import MODELS
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


def _emitted(folder: Path, model: dict,
             config: Callable[..., Config] = tiny_config) -> Set[str]:
    """What one epoch of each of the model's stages and validation give."""
    # Batches are of four: the broken video is in one of its own.
    videos = folder / 'videos'
    train_list = _write(videos, folder / 'train.txt', broken=False)
    val_list = _write(videos, folder / 'val.txt', broken=True)
    cfg = config(train_list, folder / 'run', model)
    for loader, ann_file in (('train', train_list), ('val', val_list)):
        dataset = cfg[f'{loader}_dataloader'].dataset
        dataset.update(
            ann_file=str(ann_file), data_prefix=dict(video=str(videos)))
    stages = [s for s in MODELS.get(model['type']).STAGES
              if s != 'finetune_classifier']  # as finetune, of one component
    cfg.custom_hooks[0].stages = [dict(name=s, epochs=1) for s in stages]
    cfg.train_cfg.update(max_epochs=len(stages), val_interval=len(stages))
    runner = build_runner(cfg)
    recorder = Recorder()
    runner.register_hook(recorder, priority='VERY_LOW')
    runner.train()
    return recorder.train | recorder.val


def _emitted_by_scsampler(folder: Path) -> Set[str]:
    """The same of SCSampler, whose data are clips."""
    runner = build_runner(with_a_silent_video(
        scsampler_config(folder, folder / 'run'), folder))
    recorder = Recorder()
    runner.register_hook(recorder, priority='VERY_LOW')
    runner.train()
    return recorder.train | recorder.val


def plus_with_all_keys_of_adafocus() -> dict:
    """A tiny AdaFocus+, which logs all that AdaFocus does."""
    return tiny_adafocus(
        kind='AdaFocusPlus',
        skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8))


def test_what_runs_emit_is_what_is_documented(tmp_path: Path) -> None:
    plus = tiny_ocsampler()
    plus.pop('num_selected')
    models = (tiny_ocsampler(), dict(plus, type='OCSamplerPlus',
                                     num_budgets=3),
              dict(tiny_ocsampler(), type='FrameRanker'),
              plus_with_all_keys_of_adafocus(), tiny_adafocus_v2())
    emitted = _emitted_by_scsampler(tmp_path / 'scsampler')
    for model in models:
        emitted |= _emitted(tmp_path / model['type'], model)
    emitted |= _emitted(tmp_path / 'FASTER', tiny_faster(), faster_config)
    ours = {name for name in documented()
            if name != 'acc/mean_average_precision'}
    assert emitted == ours
