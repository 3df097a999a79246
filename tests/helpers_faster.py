"""What the tests of FASTER share: tiny models, and clips for them."""
from pathlib import Path
from typing import List, Optional

import torch
from helpers import NUM_CLASSES, tiny_config
from mmengine.config import Config
from torch import Tensor

WIDTH = 2  # base_channels; the maps have 4 * 8 times as many
CHANNELS = 32 * WIDTH


def tiny_clip_model(kind: str) -> dict:
    """A clip model of one bottleneck a stage."""
    return dict(
        type='Recognizer3D',
        backbone=dict(type=kind, stage_blocks=(1, 1, 1, 1),
                      base_channels=WIDTH),
        cls_head=dict(
            type='I3DHead', num_classes=NUM_CLASSES, in_channels=CHANNELS,
            dropout_ratio=0., average_clips='prob'))


def tiny_faster(aggregator: str = 'FastGRU', clip_pattern: object = '1:1',
                num_clips: int = 3, head: bool = True, **options) -> dict:
    """A FASTER config that trains in milliseconds, on clips of 8 frames."""
    aggregator = dict(type=aggregator)
    if aggregator['type'] != 'AverageAggregator':
        aggregator['channels'] = CHANNELS
    cls_head: Optional[dict] = dict(
        type='I3DHead', num_classes=NUM_CLASSES, in_channels=CHANNELS,
        dropout_ratio=0.) if head else None
    return dict(
        dict(
            type='FASTER',
            expensive_model=tiny_clip_model('ClipResNet2Plus1D'),
            cheap_model=tiny_clip_model('ClipResNet2D'),
            aggregator=aggregator,
            cls_head=cls_head,
            clip_pattern=clip_pattern,
            num_clips=num_clips,
            clip_len=8,
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[127.5] * 3,
                std=[64.] * 3, format_shape='NCTHW')), **options)


def clips(batch_size: int = 2, num_clips: int = 3, clip_len: int = 8,
          size: int = 32) -> Tensor:
    """Normalised clips ``(B, N, 3, L, size, size)``."""
    return torch.randn(batch_size, num_clips, 3, clip_len, size, size)


def clip_pipeline(num_clips: int = 3, clip_len: int = 8) -> List[dict]:
    """Decode clips, without random augmentation."""
    return [
        dict(type='DecordInit'),
        dict(type='SampleFrames', clip_len=clip_len, num_clips=num_clips,
             test_mode=True),
        dict(type='DecordDecode'),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs',
             meta_keys=('filename', 'frame_inds', 'clip_len')),
    ]


def faster_config(ann_file: Path, work_dir: Path, model: dict) -> Config:
    """A run of FASTER on a written data set, on the CPU."""
    cfg = tiny_config(ann_file, work_dir)
    cfg.model = model
    for loader in ('train', 'val', 'test'):
        cfg[f'{loader}_dataloader'].dataset.pipeline = clip_pipeline(
            model['num_clips'], model['clip_len'])
    cfg.custom_hooks[0].stages = [dict(name='clip_level', epochs=1),
                                  dict(name='aggregation', epochs=1)]
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    return cfg
