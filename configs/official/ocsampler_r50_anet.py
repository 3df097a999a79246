# OCSampler with ResNet-50 as the authors' released checkpoint has it
# (ActivityNet-v1.3, T = 10, N = 6): see docs/official_checkpoints.md.
# A wheel puts official_ before this file's name, so that no other config may
# have it as its base.
_base_ = [
    '../_base_/models/ocsampler_r50.py',
    '../_base_/datasets/anet_video_t10.py',
    '../_base_/schedules/ocsampler_policy_50e.py',
    '../_base_/default_runtime.py'
]
model = dict(
    num_selected=6,
    skim_interpolation='nearest',
    skim_network=dict(shift_div=10, pretrained=None, pretrained2d=False),
    skim_head=None,
    classifier=dict(
        backbone=dict(pretrained=None),
        cls_head=dict(
            _delete_=True,
            type='MLPMaxPoolHead',
            num_classes=200,
            in_channels=2048,
            hidden_channels=4096)))

test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleCandidateFrames',
        num_candidates=10,
        test_mode=True,
        test_seed=255),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
# Lists of their own: this classifier numbers the classes as FrameExit does.
train_dataloader = dict(
    dataset=dict(ann_file='data/ActivityNet/frameexit_anet_train_video.txt'))
val_dataloader = dict(
    dataset=dict(
        ann_file='data/ActivityNet/frameexit_anet_val_video.txt',
        pipeline=test_pipeline))
test_dataloader = val_dataloader
