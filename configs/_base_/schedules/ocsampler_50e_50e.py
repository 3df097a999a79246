# Stage I (Eq. 4-5) and stage II (Eq. 6), 50 epochs each.
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=100, val_begin=51, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=40, norm_type=2))
warmup_stage = dict(
    name='warmup',
    epochs=50,
    param_scheduler=[
        dict(type='MultiStepLR', milestones=[20, 40], gamma=0.1)
    ])
policy_stage = dict(
    name='policy',
    epochs=50,
    optim_wrapper=dict(
        optimizer=dict(
            type='SGD', lr=0.001, momentum=0.9, weight_decay=1e-4),
        clip_grad=dict(max_norm=40, norm_type=2)),
    param_scheduler=[
        dict(type='CosineAnnealingLR', convert_to_iter_based=True)
    ])
custom_hooks = [
    dict(type='TrainingStageHook', stages=[warmup_stage, policy_stage])
]
# The learning rates belong to 64 videos an iteration (4 GPUs x 16).
auto_scale_lr = dict(enable=False, base_batch_size=64)
