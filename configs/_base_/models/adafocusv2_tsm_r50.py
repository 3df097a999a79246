# AdaFocusV2 with temporal shifts: MobileNetV2-TSM glances at 8 frames,
# ResNet-50-TSM sees the same patch of 12 others. Sizes, dropout and
# initialisation as in the authors' code.
model = dict(
    type='AdaFocusV2TSM',
    num_glance=8,
    num_focus=12,
    patch_size=128,
    global_cnn=dict(
        type='MobileNetV2TSM',
        shift_div=8,
        pretrained='mmcls://mobilenet_v2'),
    policy=dict(
        type='VideoPatchRegressor',
        num_frames=8,
        in_channels=1280,
        feature_size=7,
        hidden_channels=1024),
    local_cnn=dict(
        type='ResNetTSM',
        depth=50,
        shift_div=8,
        norm_eval=False,
        pretrained='https://download.pytorch.org/models/'
        'resnet50-11ad3fa6.pth'),
    classifier=dict(
        type='GlanceFocusHead',
        num_classes=174,
        global_channels=1280,
        local_channels=2048,
        dropout_ratio=0.5,
        init_cfg=dict(type='Normal', layer='Linear', std=0.001)),
    global_head=dict(
        type='BranchHead',
        num_classes=174,
        in_channels=1280,
        dropout_ratio=0.5,
        init_cfg=dict(type='Normal', layer='Linear', std=0.001)),
    local_head=dict(
        type='BranchHead',
        num_classes=174,
        in_channels=2048,
        dropout_ratio=0.5,
        init_cfg=dict(type='Normal', layer='Linear', std=0.001)),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
