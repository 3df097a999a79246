"""What the tests of FASTER share: tiny models, and clips for them."""
from typing import Optional

import torch
from helpers import NUM_CLASSES
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
