# FASTER for videos of 64 px: an R3D of base width 8 with 2, 1, 1 and 1
# bottlenecks, and an R2D with one a stage; N = 12 clips of L = 8 frames.
num_classes = 8
clip_head = dict(
    type='I3DHead',
    num_classes=num_classes,
    in_channels=256,
    dropout_ratio=0.,
    average_clips='prob')
model = dict(
    type='FASTER',
    clip_pattern='1:3',
    num_clips=12,
    clip_len=8,
    expensive_model=dict(
        type='Recognizer3D',
        backbone=dict(
            type='ClipResNet3D', base_channels=8, stage_blocks=(2, 1, 1, 1)),
        cls_head=clip_head),
    cheap_model=dict(
        type='Recognizer3D',
        backbone=dict(
            type='ClipResNet2D', base_channels=8, stage_blocks=(1, 1, 1, 1)),
        cls_head=clip_head),
    aggregator=dict(type='FastGRU', channels=256),
    cls_head=dict(
        type='I3DHead',
        num_classes=num_classes,
        in_channels=256,
        dropout_ratio=0.),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[64., 64., 64.],
        format_shape='NCTHW'))
