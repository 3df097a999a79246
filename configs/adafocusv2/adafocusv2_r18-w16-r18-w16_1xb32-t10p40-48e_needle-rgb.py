# The generated needle set (tools/data/needle/generate.py): what matters is
# in a few of the frames, and in a few pixels of those.
_base_ = [
    '../_base_/models/adafocus_r18-w16.py',
    '../_base_/datasets/needle_video_t10.py', '../_base_/default_runtime.py'
]

num_candidates = 10
model = dict(
    type='AdaFocusV2',
    glance_resize=dict(size=40, mode='bilinear'),
    policy=dict(
        type='PatchRegressor',
        in_channels=32,
        feature_size=5,
        conv_channels=32,
        hidden_channels=128),
    classifier=dict(
        type='RunningMaxHead',
        num_classes=8,
        in_channels=32 + 64,
        num_steps=num_candidates,
        hidden_channels=128,
        dropout_ratio=0.),
    global_head=dict(
        type='BranchHead', num_classes=8, in_channels=32, dropout_ratio=0.),
    local_head=dict(
        type='BranchHead', num_classes=8, in_channels=64, dropout_ratio=0.))

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=num_candidates),
    dict(type='OrderFrames'),
    dict(type='PyAVSparseDecode'),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleCandidateFrames',
        num_candidates=num_candidates,
        test_mode=True),
    dict(type='OrderFrames'),
    dict(type='PyAVSparseDecode'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=48, val_begin=12, val_interval=12)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2),
    paramwise_cfg=dict(custom_keys=dict(policy=dict(lr_mult=0.3))))
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='end_to_end',
                epochs=48,
                param_scheduler=[
                    dict(
                        type='LinearLR',
                        start_factor=0.1,
                        end=2,
                        convert_to_iter_based=True),
                    dict(
                        type='CosineAnnealingLR',
                        begin=2,
                        T_max=46,
                        convert_to_iter_based=True)
                ])
        ])
]
find_unused_parameters = False
auto_scale_lr = dict(enable=False, base_batch_size=32)
randomness = dict(seed=0)
