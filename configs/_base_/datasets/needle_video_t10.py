# The generated needle set (tools/data/needle/generate.py), T = 10 candidates.
data_root = 'data/needle'
meta_keys = ('img_shape', 'filename', 'total_frames', 'avg_fps', 'frame_inds')
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10),
    dict(type='PyAVSparseDecode'),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleCandidateFrames',
        num_candidates=10,
        test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file=f'{data_root}/annotations/train.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file=f'{data_root}/annotations/val.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8,
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file=f'{data_root}/annotations/test.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8,
        pipeline=test_pipeline,
        test_mode=True))
val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, )))),
    dict(type='CostMetric')
]
test_evaluator = val_evaluator
