# The generated long needle set (tools/data/needle/generate.py --variant long):
# clips of 4 frames out of 16.
data_root = 'data/needle_long'
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=4, frame_interval=4, num_clips=16),
    dict(type='LoadMotionFeatures', size=(112, 112),
         residual_from=None),
    dict(type='LoadLogMel', without_audio='error'),
    # tools/scsampler/score_clips.py writes it, with the classifier.
    dict(
        type='LoadClipScores',
        scores_file='data/needle_long/clip_scores_train.jsonl'),
    dict(
        type='PackClipFeatures',
        names=['motion_displacement', 'log_mel'],
        max_pictures=1)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleVideoClips', clip_len=4, frame_interval=4, test_mode=True),
    dict(
        type='PackClipStream',
        features=[
            dict(
                names=['motion_displacement'],
                pipeline=[
                    dict(type='LoadMotionFeatures', size=(112, 112),
                         residual_from=None)
                ]),
            dict(
                names=['log_mel'],
                pipeline=[dict(type='LoadLogMel', without_audio='error')],
                at_once=True)
        ],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='FormatShape', input_format='NCHW')
        ])
]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/needle_long/annotations/train.txt',
        data_prefix=dict(video='data/needle_long/videos'),
        num_classes=8,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/needle_long/annotations/val.txt',
        data_prefix=dict(video='data/needle_long/videos'),
        num_classes=8,
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/needle_long/annotations/test.txt',
        data_prefix=dict(video='data/needle_long/videos'),
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
