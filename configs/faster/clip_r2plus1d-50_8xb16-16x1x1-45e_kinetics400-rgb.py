_base_ = [
    '../_base_/models/clip_r2plus1d50.py',
    '../_base_/datasets/kinetics400_clip_model_l16.py',
    '../_base_/schedules/faster_clip_45e.py',
    '../_base_/default_runtime.py'
]

train_dataloader = dict(batch_size=16)
