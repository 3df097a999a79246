# Something-Something V2, decoded straight from the videos.
_base_ = 'anet_video_t10.py'

data_root = 'data/sthv2/videos'
ann_file_train = 'data/sthv2/sthv2_train_list_videos.txt'
ann_file_val = 'data/sthv2/sthv2_val_list_videos.txt'
meta_keys = ('img_shape', 'filename', 'total_frames', 'frame_inds')

# No flips: many classes tell left from right.
train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleGlanceFocusFrames', num_glance=8, num_focus=12),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(
        type='MultiScaleCrop',
        input_size=224,
        scales=(1, 0.875, 0.75, 0.66),
        random_crop=False,
        max_wh_scale_gap=1,
        num_fixed_crops=13),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(
        type='SampleGlanceFocusFrames',
        num_glance=8,
        num_focus=12,
        test_mode=True),
    dict(type='PyAVSparseDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]

train_dataloader = dict(
    # Policies that look at whole videos normalise over those of a batch, so
    # that the last one must not be a single video; the authors drop it, too.
    drop_last=True,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        multi_class=False,
        num_classes=174,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        multi_class=False,
        num_classes=174,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

val_evaluator = [dict(type='AccMetric'), dict(type='CostMetric')]
test_evaluator = val_evaluator
