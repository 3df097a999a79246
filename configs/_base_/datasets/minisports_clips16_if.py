# miniSports with I-frames beside motion and residuals.
_base_ = 'minisports_clips16.py'

train_pipeline = [
    *_base_.train_pipeline[:3],
    dict(type='LoadIFrames', size=(224, 224)), *_base_.train_pipeline[3:5],
    dict(
        _base_.train_pipeline[5],
        names=['motion_displacement', 'rgb_residual', 'i_frame', 'log_mel'])
]
test_pipeline = [
    *_base_.test_pipeline[:2],
    dict(
        _base_.test_pipeline[2],
        features=[
            _base_.test_pipeline[2].features[0],
            dict(
                names=['i_frame'],
                pipeline=[dict(type='LoadIFrames', size=(224, 224))]),
            _base_.test_pipeline[2].features[1]
        ])
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
