# The one stage of AdaFocusV2, with the learning rates of the authors' script.
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=50, val_begin=5, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.002, momentum=0.9, weight_decay=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            'global_cnn': dict(lr_mult=0.5),
            'global_head': dict(lr_mult=0.5),
            'policy': dict(lr_mult=0.1),
            'classifier': dict(lr_mult=5.0),
        }))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='end_to_end',
                epochs=50,
                param_scheduler=[dict(type='CosineAnnealingLR')])
        ])
]
# The learning rates belong to 32 videos an iteration (4 GPUs x 8).
auto_scale_lr = dict(enable=False, base_batch_size=32)
