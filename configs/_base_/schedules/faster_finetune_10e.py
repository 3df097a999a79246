# All components on a small data set, from a FASTER trained on Kinetics-400.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=10, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.005, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=40, norm_type=2))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='end_to_end',
                epochs=10,
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
# The learning rate belongs to 64 videos an iteration (8 GPUs x 8).
auto_scale_lr = dict(enable=False, base_batch_size=64)
