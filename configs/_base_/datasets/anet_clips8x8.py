# ActivityNet-v1.3: clips of 8 frames out of 64, 224 px for the classifier. Lists
# with one label a video.
_base_ = 'anet_clips16.py'

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=8, frame_interval=8, num_clips=10),
    *_base_.train_pipeline[2:]
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleVideoClips', clip_len=8, frame_interval=8, test_mode=True),
    dict(
        _base_.test_pipeline[2],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='Resize', scale=(342, 256), keep_ratio=False),
            dict(type='CenterCrop', crop_size=224),
            dict(type='FormatShape', input_format='NCTHW')
        ])
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
