# AdaFocus Sec. 4.2: MobileNetV2-TSM glances at 8 frames, ResNet-50-TSM sees
# the same patch of 12 others.
model = dict(
    type='AdaFocusTSM',
    num_glance=8,
    num_focus=12,
    patch_size=144,
    global_cnn=dict(
        type='MobileNetV2TSM',
        shift_div=8,
        pretrained='mmcls://mobilenet_v2'),
    local_cnn=dict(
        type='ResNetTSM',
        depth=50,
        shift_div=8,
        norm_eval=False,
        pretrained='https://download.pytorch.org/models/'
        'resnet50-11ad3fa6.pth'),
    policy=dict(
        type='VideoPatchPolicy',
        in_channels=1280,
        feature_size=7,
        num_positions=49,
        hidden_channels=1024),
    classifier=dict(
        type='GlanceFocusHead',
        num_classes=174,
        global_channels=1280,
        local_channels=2048,
        dropout_ratio=0.5),
    reward=dict(type='PatchReward'),
    ppo=dict(type='PPOLoss', gamma=0.7),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
