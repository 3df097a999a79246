# The generated needle set (tools/data/needle/generate.py): what matters is
# in a few of the frames, and in a few pixels of those.
# Several updates from each batch of actions: with one, 8 epochs are too few to
# leave the uniform policy.
_base_ = [
    '../_base_/models/adafocus_r18-w16.py',
    '../_base_/datasets/needle_video_t10.py', '../_base_/default_runtime.py'
]

model = dict(
    type='AdaFocus',
    glance_size=40,
    policy=dict(
        type='PatchPolicy',
        in_channels=32,
        feature_size=5,
        num_positions=49,
        hidden_channels=128),
    classifier=dict(
        type='GRUHead',
        num_classes=8,
        in_channels=32 + 64,
        hidden_channels=128,
        dropout_ratio=0.),
    reward=dict(type='PatchReward'),
    ppo=dict(
        type='PPOLoss',
        gamma=0.7,
        num_update_epochs=4,
        entropy_coef=(0.04, 0.)))

train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=21, val_begin=10, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='warmup',
                epochs=10,
                param_scheduler=[
                    dict(
                        type='OneCycleLR',
                        eta_max=2e-3,
                        convert_to_iter_based=True)
                ]),
            dict(
                name='policy',
                epochs=8,
                optim_wrapper=dict(optimizer=dict(type='Adam', lr=3e-3)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ]),
            dict(
                name='finetune',
                epochs=3,
                optim_wrapper=dict(
                    optimizer=dict(type='AdamW', lr=5e-4, weight_decay=1e-2)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
randomness = dict(seed=0)
