# R(2+1)D-50 with bottlenecks by itself, FASTER Table 1 and 2.
model = dict(
    type='Recognizer3D',
    backbone=dict(type='ClipResNet2Plus1D'),
    cls_head=dict(
        type='I3DHead',
        num_classes=400,
        in_channels=2048,
        dropout_ratio=0.5,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW'))
