# Kinetics-400, N = 8 clips of L = 32 consecutive frames: random ones in
# training, evenly spread over the whole video in testing (FASTER Sec. 4).
# `model.num_clips` and `model.clip_len` change the pipelines, too.
dataset_type = 'UntrimmedVideoDataset'
data_root = 'data/kinetics400/videos_train'
data_root_val = 'data/kinetics400/videos_val'
ann_file_train = 'data/kinetics400/kinetics400_train_video.txt'
ann_file_val = 'data/kinetics400/kinetics400_val_video.txt'
meta_keys = ('img_shape', 'filename', 'total_frames', 'avg_fps', 'frame_inds',
             'clip_len', 'num_clips')

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=8),
    dict(type='PyAVSparseDecode'),
    dict(type='RandomRescale', scale_range=(256, 320)),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleFrames',
        clip_len=32,
        frame_interval=1,
        num_clips=8,
        test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]

train_dataloader = dict(
    batch_size=8,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        num_classes=400,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=8,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        num_classes=400,
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = val_dataloader

val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, 5)))),
    dict(type='CostMetric')
]
test_evaluator = val_evaluator
