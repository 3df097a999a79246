# ActivityNet-v1.3, T = 10 candidates, decoded straight from the videos.
dataset_type = 'UntrimmedVideoDataset'
data_root = 'data/ActivityNet/videos'
ann_file_train = 'data/ActivityNet/anet_train_video.txt'
ann_file_val = 'data/ActivityNet/anet_val_video.txt'
meta_keys = ('img_shape', 'filename', 'total_frames', 'avg_fps', 'frame_inds')

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='RandomResizedCrop'),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10, test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]

train_dataloader = dict(
    batch_size=16,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        multi_class=True,
        num_classes=200,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=16,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        multi_class=True,
        num_classes=200,
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = val_dataloader

val_evaluator = [
    dict(type='AccMetric', metric_list=('mean_average_precision', )),
    dict(type='CostMetric')
]
test_evaluator = val_evaluator
