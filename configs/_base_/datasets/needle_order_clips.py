# The generated needle videos whose class tells which plate comes first
# (tools/data/needle/generate.py --variant order), N = 12 clips of L = 8.
_base_ = 'needle_video_t10.py'

data_root = 'data/needle_order'
meta_keys = ('img_shape', 'filename', 'total_frames', 'avg_fps', 'frame_inds',
             'clip_len', 'num_clips')
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=1, num_clips=12),
    dict(type='PyAVSparseDecode'),
    dict(type='Flip', flip_ratio=0.5),
    # No texture tells up from down.
    dict(type='Flip', flip_ratio=0.5, direction='vertical'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleFrames',
        clip_len=8,
        frame_interval=1,
        num_clips=12,
        test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
train_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/train.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=16,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/val.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=16,
        pipeline=test_pipeline))
test_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/test.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=16,
        pipeline=test_pipeline))
