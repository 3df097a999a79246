"""A tiny AdaFocusV2 that several test files share."""
from typing import Optional

import torch
from helpers import NUM_CLASSES
from mmaction.registry import MODELS

NUM_FRAMES = 5


def tiny_backbone() -> dict:
    """A residual network that gives 8 channels at an eighth of the size."""
    return dict(
        type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4,
        num_stages=2, strides=(1, 2), dilations=(1, 1), out_indices=(1, ))


def tiny_adafocus_v2(**options) -> dict:
    """A config that trains in milliseconds on 32-px frames."""
    head = dict(type='BranchHead', num_classes=NUM_CLASSES, in_channels=8)
    model = dict(
        type='AdaFocusV2',
        num_candidates=NUM_FRAMES,
        patch_size=16,
        glance_resize=dict(size=24, mode='bilinear'),
        global_cnn=tiny_backbone(),
        policy=dict(type='PatchRegressor', in_channels=8, feature_size=3,
                    conv_channels=4, hidden_channels=6),
        local_cnn=tiny_backbone(),
        classifier=dict(type='RunningMaxHead', num_classes=NUM_CLASSES,
                        in_channels=16, num_steps=NUM_FRAMES,
                        hidden_channels=10),
        global_head=head,
        local_head=head,
        data_preprocessor=dict(
            type='ActionDataPreprocessor', mean=[127.5] * 3, std=[64.] * 3,
            format_shape='NCHW'))
    model.update(options)
    return model


def tiny_adafocus_v2_tsm(**options) -> dict:
    """With one place for a video, 2 + 3 frames of 32 px."""
    backbone = dict(
        type='MobileNetV2TSM', widen_factor=0.1, pretrained2d=False)
    head = dict(type='BranchHead', num_classes=NUM_CLASSES, in_channels=1280,
                dropout_ratio=0.)
    model = dict(
        type='AdaFocusV2TSM',
        num_glance=2,
        num_focus=3,
        patch_size=16,
        global_cnn=backbone,
        policy=dict(type='VideoPatchRegressor', num_frames=2, feature_size=1,
                    conv_channels=4, hidden_channels=8),
        local_cnn=backbone,
        classifier=dict(type='GlanceFocusHead', num_classes=NUM_CLASSES,
                        global_channels=1280, local_channels=1280,
                        dropout_ratio=0.),
        global_head=head,
        local_head=head,
        data_preprocessor=dict(
            type='ActionDataPreprocessor', mean=[127.5] * 3, std=[64.] * 3,
            format_shape='NCHW'))
    model.update(options)
    return model


def build(thresholds: Optional[list] = None, seed: int = 0, **options):
    """The model, with batch normalisation that has seen something."""
    torch.manual_seed(seed)
    model = MODELS.build(tiny_adafocus_v2(**options))
    model.init_weights()
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
    if thresholds is not None:
        model.exit_thresholds.copy_(torch.tensor(thresholds))
    return model
