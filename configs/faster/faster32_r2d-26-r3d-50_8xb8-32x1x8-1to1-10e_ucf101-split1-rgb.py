# Table 8: all but the heads from a FASTER32 trained on Kinetics-400.
_base_ = [
    '../_base_/models/faster_r3d50.py',
    '../_base_/datasets/ucf101_video_clips_split1.py',
    '../_base_/schedules/faster_finetune_10e.py',
    '../_base_/default_runtime.py'
]

checkpoint = (
    'work_dirs/'
    'faster32_r2d-26-r3d-50_8xb8-32x1x8-1to1-10e_kinetics400-rgb/'
    'epoch_10.pth')
model = dict(
    expensive_model=dict(cls_head=dict(num_classes=101)),
    cheap_model=dict(cls_head=dict(num_classes=101)),
    cls_head=dict(num_classes=101),
    component_checkpoints=dict(
        expensive_model=dict(
            backbone=dict(
                checkpoint=checkpoint, prefix='expensive_model.backbone.')),
        cheap_model=dict(
            backbone=dict(
                checkpoint=checkpoint, prefix='cheap_model.backbone.')),
        aggregator=dict(checkpoint=checkpoint, prefix='aggregator.')))
