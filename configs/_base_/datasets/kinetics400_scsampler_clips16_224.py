# Kinetics-400: clips of 16 frames, 224 px for the classifier.
_base_ = 'kinetics400_scsampler_clips16.py'

test_pipeline = [
    *_base_.test_pipeline[:2],
    dict(
        _base_.test_pipeline[2],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='Resize', scale=(342, 256), keep_ratio=False),
            dict(type='CenterCrop', crop_size=224),
            dict(type='FormatShape', input_format='NCTHW')
        ])
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
