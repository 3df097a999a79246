# The oracle knows the labels of the tested videos: an upper bound.
_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_minisports-rgb.py'

model = dict(policy=dict(_delete_=True, type='OracleClips'))
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=16, test_mode=True),
    dict(
        type='LoadClipScores',
        scores_file='data/miniSports/clip_scores_val.jsonl'),
    dict(
        type='PackClipStream',
        features=[],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='Resize', scale=(171, 128), keep_ratio=False),
            dict(type='CenterCrop', crop_size=112),
            dict(type='FormatShape', input_format='NCTHW')
        ])
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
