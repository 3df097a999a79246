# Stages I (Eq. 5), II (PPO, Eq. 6-7) and III. The paper's appendix B, which
# has the settings, is not at hand: II is as in the authors' code, the others
# are ours.
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=110, val_begin=50, val_interval=5)
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
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ]),
            dict(
                name='policy',
                epochs=50,
                optim_wrapper=dict(optimizer=dict(type='Adam', lr=3e-4)),
                param_scheduler=None),
            dict(
                name='finetune',
                epochs=10,
                optim_wrapper=dict(
                    optimizer=dict(
                        type='SGD', lr=0.001, momentum=0.9,
                        weight_decay=1e-4),
                    clip_grad=dict(max_norm=40, norm_type=2)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
# The learning rates belong to 64 videos an iteration (4 GPUs x 16).
auto_scale_lr = dict(enable=False, base_batch_size=64)
