_base_ = [
    '../_base_/models/adafocus_plus_r50.py',
    '../_base_/datasets/anet_video_t16.py',
    '../_base_/schedules/adafocus_50e_50e_10e.py',
    '../_base_/default_runtime.py'
]

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='KeepThresholdHook',
        dataloader=_base_.threshold_dataloader,
        interval=5)
]
