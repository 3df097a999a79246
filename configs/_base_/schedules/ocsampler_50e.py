# Stage I alone (Eq. 5), as in ocsampler_50e_50e.py: a fixed policy has
# nothing to learn in stage II, and the classifier is frozen there.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=50, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=40, norm_type=2))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='warmup',
                epochs=50,
                param_scheduler=[
                    dict(type='MultiStepLR', milestones=[20, 40], gamma=0.1)
                ])
        ])
]
# The learning rate belongs to 64 videos an iteration (4 GPUs x 16).
auto_scale_lr = dict(enable=False, base_batch_size=64)
