# The oracle knows the labels of the tested videos: an upper bound.
_base_ = 'scsampler_r8-w16-r18-w16_1xb8-4x4-12e_needle-long-rgb.py'

model = dict(policy=dict(_delete_=True, type='OracleClips'))
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=4, frame_interval=4,
         test_mode=True),
    dict(
        type='LoadClipScores',
        scores_file='data/needle_long/clip_scores_test.jsonl'),
    dict(
        type='PackClipStream',
        features=[],
        clip_pipeline=[
            dict(type='PyAVSparseDecode'),
            dict(type='FormatShape', input_format='NCHW')
        ])
]
val_dataloader = dict(
    dataset=dict(
        ann_file='data/needle_long/annotations/test.txt',
        pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
