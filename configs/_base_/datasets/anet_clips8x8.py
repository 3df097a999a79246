# ActivityNet-v1.3: clips of 8 frames out of 64, 224 px for the classifier. Lists
# with one label a video.
data_root = 'data/ActivityNet'
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=8, frame_interval=8, num_clips=10),
    dict(type='LoadMotionFeatures', size=(224, 224),
         residual_from='previous'),
    dict(type='LoadLogMel', without_audio='silence'),
    # tools/scsampler/score_clips.py writes it, with the classifier.
    dict(
        type='LoadClipScores',
        scores_file='data/ActivityNet/clip_scores_train.jsonl'),
    dict(
        type='PackClipFeatures',
        names=['motion_displacement', 'rgb_residual', 'log_mel'],
        max_pictures=1)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleVideoClips', clip_len=8, frame_interval=8, test_mode=True),
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
            dict(type='Resize', scale=(342, 256), keep_ratio=False),
            dict(type='CenterCrop', crop_size=224),
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
        ann_file='data/ActivityNet/anet_train_video.txt',
        data_prefix=dict(video='data/ActivityNet/videos'),
        num_classes=200,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='UntrimmedVideoDataset',
        ann_file='data/ActivityNet/anet_val_video.txt',
        data_prefix=dict(video='data/ActivityNet/videos'),
        num_classes=200,
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
