# The same, tested as the zoo's Kinetics models are: 256 px short side, 224 px
# centre crop.
_base_ = 'anet_video_t10.py'

test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleCandidateFrames', num_candidates=10, test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
