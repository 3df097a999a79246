# The same with L = 16: N = 16 clips in testing, 256 frames as before.
_base_ = 'kinetics400_clip_model_l32.py'

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1),
    *_base_.train_pipeline[2:]
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleFrames',
        clip_len=16,
        frame_interval=1,
        num_clips=16,
        test_mode=True),
    *_base_.test_pipeline[2:]
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
