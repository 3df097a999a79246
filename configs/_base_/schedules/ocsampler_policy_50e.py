# Stage II alone (Eq. 6), 50 epochs, for networks that are trained already.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=50, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.001, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=40, norm_type=2))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='policy',
                epochs=50,
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
# The learning rate belongs to 64 videos an iteration (4 GPUs x 16).
auto_scale_lr = dict(enable=False, base_batch_size=64)
