"""Configs of every recognizer that train in seconds, with their videos.

``python tests/tiny_runs.py FOLDER`` writes ``FOLDER/<recognizer>.py``, for
the commands under ``tools/reliability``.
"""
import sys
from pathlib import Path
from typing import Dict

import mmaction_sampler  # noqa: F401
from helpers import (tiny_adafocus, tiny_adafocus_tsm, tiny_config,
                     tiny_ocsampler, write_dataset)
from helpers_adafocus_v2 import tiny_adafocus_v2, tiny_adafocus_v2_tsm
from helpers_faster import faster_config, tiny_faster
from helpers_scsampler import scsampler_config
from mmaction.registry import MODELS
from mmengine.config import Config

SKIP_POLICY = dict(
    type='SkipPolicy', in_channels=1280, feature_size=1, encoder_channels=4,
    hidden_channels=8)


def staged(cfg: Config, **epochs: int) -> Config:
    """Train some stages, each for so many epochs, without validation."""
    cfg.custom_hooks[0].stages = [
        dict(name=name, epochs=n) for name, n in epochs.items()]
    cfg.train_cfg.max_epochs = sum(epochs.values())
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    return cfg


def tiny_ocsampler_plus() -> dict:
    """OCSampler with a budget module."""
    model = tiny_ocsampler()
    del model['num_selected']
    return dict(model, type='OCSamplerPlus', num_budgets=4)


def tiny_runs(root: Path) -> Dict[str, Config]:
    """A config of every recognizer, by its class's name.

    Args:
        root (Path): Where videos, and the runs' folders, are put.

    Returns:
        dict[str, Config]: Not yet with random augmentation or workers.
    """
    videos = write_dataset(root / 'videos', slope=90)
    frames = [tiny_ocsampler(), tiny_ocsampler_plus(),
              dict(tiny_ocsampler(), type='FrameRanker'), tiny_adafocus(),
              tiny_adafocus(kind='AdaFocusPlus', skip_policy=SKIP_POLICY),
              tiny_adafocus_tsm(), tiny_adafocus_v2(),
              tiny_adafocus_v2_tsm()]
    runs = {}
    for model in frames:
        name = model['type']
        # One recognizer for the stage that its kin train in the same way.
        kept = [stage for stage in MODELS.get(name).STAGES
                if name == 'AdaFocus' or stage != 'finetune_classifier']
        runs[name] = staged(
            tiny_config(videos, root / 'work' / name, model),
            **{stage: 2 for stage in kept})
        runs[name].train_dataloader.dataset.pipeline[1].test_mode = False
    runs['FASTER'] = staged(
        faster_config(videos, root / 'work/FASTER', tiny_faster()),
        clip_level=2, aggregation=1, end_to_end=1)
    for step in runs['FASTER'].train_dataloader.dataset.pipeline:
        if step['type'] == 'SampleFrames':
            step['test_mode'] = False
    runs['SCSampler'] = staged(
        scsampler_config(root / 'clips', root / 'work/SCSampler'), sampler=2,
        joint=2)
    return runs


if __name__ == '__main__':
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True)
    for recognizer, config in tiny_runs(target).items():
        config.dump(target / f'{recognizer}.py')
        print(target / f'{recognizer}.py')
