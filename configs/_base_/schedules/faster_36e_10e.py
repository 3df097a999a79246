# Both clip models by themselves, then aggregator and head.
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=46, val_begin=46, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
clip_level_stage = dict(
    name='clip_level',
    epochs=36,
    optim_wrapper=dict(
        optimizer=dict(type='AdamW', lr=4e-3, weight_decay=1e-2)),
    param_scheduler=[
        dict(type='OneCycleLR', eta_max=4e-3, convert_to_iter_based=True)
    ])
aggregation_stage = dict(
    name='aggregation',
    epochs=10,
    param_scheduler=[
        dict(type='OneCycleLR', eta_max=2e-3, convert_to_iter_based=True)
    ])
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[clip_level_stage, aggregation_stage])
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
randomness = dict(seed=0)
