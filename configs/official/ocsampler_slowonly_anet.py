# OCSampler with SlowOnly-50 as the authors' released checkpoint has it
# (ActivityNet-v1.3, T = 10, N = 4): see docs/official_checkpoints.md.
# A wheel puts official_ before this file's name, so that no other config may
# have it as its base.
_base_ = [
    '../_base_/models/ocsampler_r50.py',
    '../_base_/datasets/anet_video_t10.py',
    '../_base_/schedules/ocsampler_policy_50e.py',
    '../_base_/default_runtime.py'
]
model = dict(
    num_selected=4,
    skim_interpolation='nearest',
    skim_network=dict(shift_div=10, pretrained=None, pretrained2d=False),
    skim_head=None,
    classifier=dict(
        _delete_=True,
        type='Recognizer3D',
        backbone=dict(
            type='ResNet3dSlowOnly',
            depth=50,
            pretrained=None,
            lateral=False,
            conv1_kernel=(1, 7, 7),
            conv1_stride_t=1,
            pool1_stride_t=1,
            inflate=(0, 0, 1, 1),
            norm_eval=False),
        cls_head=dict(
            type='I3DHead',
            num_classes=200,
            in_channels=2048,
            spatial_type='avg',
            dropout_ratio=0.5,
            average_clips='prob')))

test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleCandidateFrames',
        num_candidates=10,
        test_mode=True,
        test_seed=255),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
