# The same at the size that X3D-S is trained with on Kinetics: 182 px short
# side, 160 px crop.
_base_ = 'anet_video_t10.py'

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 182)),
    dict(type='RandomResizedCrop'),
    dict(type='Resize', scale=(160, 160), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10, test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 182)),
    dict(type='CenterCrop', crop_size=160),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
