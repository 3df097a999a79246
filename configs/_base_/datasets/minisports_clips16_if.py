# miniSports with I-frames beside motion and residuals.
data_root = 'data/miniSports'
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=16, num_clips=10),
    dict(type='LoadMotionFeatures', size=(224, 224),
         residual_from='previous'),
    dict(type='LoadIFrames', size=(224, 224)),
    dict(type='LoadLogMel', without_audio='silence'),
    # tools/scsampler/score_clips.py writes it, with the classifier.
    dict(
        type='LoadClipScores',
        scores_file='data/miniSports/clip_scores_train.jsonl'),
    dict(
        type='PackClipFeatures',
        names=['motion_displacement', 'rgb_residual', 'i_frame', 'log_mel'],
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
                names=['i_frame'],
                pipeline=[dict(type='LoadIFrames', size=(224, 224))]),
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
        ann_file='data/miniSports/mini_sports1m_train_video.txt',
        data_prefix=dict(video='data/miniSports/videos'),
        num_classes=487,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/miniSports/mini_sports1m_val_video.txt',
        data_prefix=dict(video='data/miniSports/videos'),
        num_classes=487,
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
