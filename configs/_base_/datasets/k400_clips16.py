# Kinetics-400: clips of 16 frames, 112 px for the classifier.
data_root = 'data/kinetics400'
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=16, num_clips=10),
    dict(type='LoadMotionFeatures', size=(224, 224),
         residual_from='previous'),
    dict(type='LoadLogMel', without_audio='silence'),
    # tools/scsampler/score_clips.py writes it, with the classifier.
    dict(
        type='LoadClipScores',
        scores_file='data/kinetics400/clip_scores_train.jsonl'),
    dict(
        type='PackClipFeatures',
        names=['motion_displacement', 'rgb_residual', 'log_mel'],
        max_pictures=1)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleVideoClips', clip_len=16, test_mode=True),
    dict(
        type='PackClipStream',
        features=[
            dict(
                names=['motion_displacement', 'rgb_residual'],
                pipeline=[
                    dict(type='LoadMotionFeatures', size=(224, 224),
                         residual_from='previous')
                ]),
            dict(
                names=['log_mel'],
                pipeline=[dict(type='LoadLogMel', without_audio='silence')],
                at_once=True)
        ],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='Resize', scale=(171, 128), keep_ratio=False),
            dict(type='CenterCrop', crop_size=112),
            dict(type='FormatShape', input_format='NCTHW')
        ])
]
train_dataloader = dict(
    batch_size=8,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/kinetics400/kinetics400_train_video.txt',
        data_prefix=dict(video='data/kinetics400/videos_train'),
        num_classes=400,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/kinetics400/kinetics400_val_video.txt',
        data_prefix=dict(video='data/kinetics400/videos_val'),
        num_classes=400,
        pipeline=test_pipeline,
        test_mode=True))
test_dataloader = val_dataloader
val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, )))),
    dict(type='CostMetric')
]
test_evaluator = val_evaluator
