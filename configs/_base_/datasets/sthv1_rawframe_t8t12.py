# Something-Something V1, which is distributed as images.
_base_ = 'sthv2_video_t8t12.py'

dataset_type = 'RawframeDataset'
data_root = 'data/sthv1/rawframes'
ann_file_train = 'data/sthv1/sthv1_train_list_rawframes.txt'
ann_file_val = 'data/sthv1/sthv1_val_list_rawframes.txt'
meta_keys = ('img_shape', 'total_frames', 'frame_inds')

# No flips: many classes tell left from right.
train_pipeline = [
    dict(type='SampleGlanceFocusFrames', num_glance=8, num_focus=12),
    dict(type='RawFrameDecode'),
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
    dict(
        type='SampleGlanceFocusFrames',
        num_glance=8,
        num_focus=12,
        test_mode=True),
    dict(type='RawFrameDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', meta_keys=meta_keys)
]

train_set = dict(
    type=dataset_type,
    ann_file=ann_file_train,
    data_prefix=dict(img=data_root),
    filename_tmpl='{:05}.jpg',
    pipeline=train_pipeline)
val_set = dict(
    train_set, ann_file=ann_file_val, pipeline=test_pipeline, test_mode=True)
# Not what a dataset of videos takes.
train_dataloader = dict(dataset=dict(train_set, _delete_=True))
val_dataloader = dict(dataset=dict(val_set, _delete_=True))
test_dataloader = dict(dataset=dict(val_set, _delete_=True))
