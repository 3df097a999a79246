# The generated needle set (tools/data/needle/generate.py): what matters is
# in a few of the frames, and in a few pixels of those.
_base_ = [
    '../_base_/datasets/needle_video_t10.py', '../_base_/default_runtime.py'
]

num_candidates = 10
num_selected = 3
model = dict(
    type='OCSampler',
    num_candidates=num_candidates,
    num_selected=num_selected,
    num_warmup_selected=5,
    skim_size=56,
    skim_network=dict(
        type='MobileNetV2TSM',
        num_segments=num_candidates,
        widen_factor=0.35,
        pretrained2d=False),
    policy=dict(type='FramePolicy', in_channels=1280),
    reward=dict(type='ClipReward'),
    num_draws=4,
    center_reward=True,
    entropy_coef=(0.05, 0.),
    classifier=dict(
        type='Recognizer2D',
        backbone=dict(
            type='mmpretrain.ResNet',
            depth=18,
            stem_channels=16,
            base_channels=16,
            num_stages=3,
            strides=(1, 2, 2),
            dilations=(1, 1, 1),
            out_indices=(2, )),
        cls_head=dict(
            type='TSNMaxPoolHead',
            num_classes=8,
            in_channels=64,
            dropout_ratio=0.)),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[64., 64., 64.],
        format_shape='NCHW'))

train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=24, val_begin=12, val_interval=6)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
warmup_stage = dict(
    name='warmup',
    epochs=12,
    param_scheduler=[
        dict(type='OneCycleLR', eta_max=2e-3, convert_to_iter_based=True)
    ])
policy_stage = dict(
    name='policy',
    epochs=12,
    optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
    param_scheduler=[
        dict(type='CosineAnnealingLR', convert_to_iter_based=True)
    ])
custom_hooks = [
    dict(type='TrainingStageHook', stages=[warmup_stage, policy_stage])
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
randomness = dict(seed=0)
