# Table 3: only the first clip is expensive.
_base_ = [
    '../_base_/models/faster_r2plus1d50.py',
    '../_base_/datasets/kinetics400_faster_n8_l8.py',
    '../_base_/schedules/faster_aggregation_10e.py',
    '../_base_/default_runtime.py'
]

# What tools/train.py writes for the clip models.
model = dict(
    clip_pattern='1:7',
    num_clips=8,
    clip_len=8,
    component_checkpoints=dict(
        expensive_model='work_dirs/'
        'clip_r2plus1d-50_8xb16-8x1x1-45e_kinetics400-rgb/'
        'epoch_45.pth',
        cheap_model='work_dirs/'
        'clip_r2d-26_8xb16-8x1x1-45e_kinetics400-rgb/'
        'epoch_45.pth'))
