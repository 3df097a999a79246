# FASTER32: R(2+1)D-50 and R2D-26 in turn, on N = 8 clips of L = 32 frames.
num_classes = 400
clip_head = dict(
    type='I3DHead',
    num_classes=num_classes,
    in_channels=2048,
    dropout_ratio=0.5,
    average_clips='prob')
model = dict(
    type='FASTER',
    clip_pattern='1:1',
    num_clips=8,
    clip_len=32,
    expensive_model=dict(
        type='Recognizer3D',
        backbone=dict(type='ClipResNet2Plus1D'),
        cls_head=clip_head),
    cheap_model=dict(
        type='Recognizer3D',
        backbone=dict(type='ClipResNet2D'),
        cls_head=clip_head),
    aggregator=dict(type='FastGRU', channels=2048),
    cls_head=dict(
        type='I3DHead',
        num_classes=num_classes,
        in_channels=2048,
        dropout_ratio=0.5),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW'))
