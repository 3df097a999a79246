# Average pooling of the clip models' own scores; a checkpoint of the config
# below serves as it is.
_base_ = 'faster_r2d-14-w8-r3d-17-w8_1xb32-8x1x12-1to3-36e-10e_needle-order-rgb.py'

model = dict(
    aggregator=dict(_delete_=True, type='AverageAggregator'), cls_head=None)
train_cfg = dict(max_epochs=36, val_begin=36)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[_base_.clip_level_stage])
]
