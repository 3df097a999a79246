# AdaFocus Sec. 4.1: MobileNetV2 glances at T = 16 frames of 224 px, ResNet-50
# sees one patch of each, a GRU classifies.
model = dict(
    type='AdaFocus',
    num_candidates=16,
    patch_size=128,
    global_cnn=dict(type='MobileNetV2', pretrained='mmcls://mobilenet_v2'),
    local_cnn=dict(
        type='ResNet',
        depth=50,
        norm_eval=False,
        pretrained='https://download.pytorch.org/models/'
        'resnet50-11ad3fa6.pth'),
    policy=dict(
        type='PatchPolicy',
        in_channels=1280,
        feature_size=7,
        num_positions=49,
        hidden_channels=1024),
    classifier=dict(
        type='GRUHead',
        num_classes=200,
        in_channels=1280 + 2048,
        hidden_channels=1024,
        dropout_ratio=0.5),
    reward=dict(type='PatchReward'),
    ppo=dict(type='PPOLoss', gamma=0.7),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
