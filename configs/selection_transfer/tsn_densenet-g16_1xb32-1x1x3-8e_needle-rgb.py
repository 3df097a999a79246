# An ordinary MMAction2 recognizer on the generated needle set: trained on
# five random frames of a video, tested on three evenly spread ones.
_base_ = '../_base_/default_runtime.py'

model = dict(
    type='Recognizer2D',
    backbone=dict(
        type='mmpretrain.DenseNet',
        arch=dict(growth_rate=16, depths=[2, 3, 3], init_channels=24)),
    cls_head=dict(
        type='TSNMaxPoolHead',
        num_classes=8,
        in_channels=86,
        dropout_ratio=0.,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[64., 64., 64.],
        format_shape='NCHW'))

data_root = 'data/needle'
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=1, num_clips=5),
    dict(type='PyAVSparseDecode'),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs')
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=1, num_clips=3, test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs')
]
train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VideoDataset',
        ann_file=f'{data_root}/annotations/train.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        ann_file=f'{data_root}/annotations/val.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        ann_file=f'{data_root}/annotations/test.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        pipeline=test_pipeline,
        test_mode=True))
val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, ))))
]
test_evaluator = val_evaluator

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=8)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
param_scheduler = [
    dict(type='OneCycleLR', eta_max=2e-3, convert_to_iter_based=True)
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
randomness = dict(seed=0)
