# Expensive clips alone, through FAST-GRU, with the expensive model
# of the config below:
#   --cfg-options \
#   model.component_checkpoints.expensive_model.checkpoint=CHECKPOINT.pth
_base_ = 'faster_r2d-14-w8-r3d-17-w8_1xb32-8x1x12-1to3-36e-10e_needle-order-free-rgb.py'

model = dict(
    clip_pattern='1:0',
    cheap_model=None,
    component_checkpoints=dict(
        expensive_model=dict(
            checkpoint='expensive_model_of_needle_order_free.pth',
            prefix='expensive_model.')))
train_cfg = dict(max_epochs=10, val_begin=10)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[_base_.aggregation_stage])
]
