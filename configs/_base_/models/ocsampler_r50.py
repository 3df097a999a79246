# OCSampler Sec. 4.1: MobileNetV2-TSM skims T = 10 candidates at 128 px,
# ResNet-50 classifies the N = 6 selected ones at 224 px.
model = dict(
    type='OCSampler',
    num_candidates=10,
    num_selected=6,
    skim_size=128,
    skim_network=dict(
        type='MobileNetV2TSM',
        num_segments=10,
        shift_div=8,
        pretrained='mmcls://mobilenet_v2'),
    skim_head=dict(
        type='TSNHead', num_classes=200, in_channels=1280, dropout_ratio=0.5),
    policy=dict(type='FramePolicy', in_channels=1280),
    reward=dict(type='ClipReward'),
    classifier=dict(
        type='Recognizer2D',
        backbone=dict(
            type='ResNet',
            depth=50,
            norm_eval=False,
            pretrained='https://download.pytorch.org/models/'
            'resnet50-11ad3fa6.pth'),
        cls_head=dict(
            type='TSNHead',
            num_classes=200,
            in_channels=2048,
            dropout_ratio=0.5,
            average_clips='prob')),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
