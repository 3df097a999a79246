# AdaFocusV2 with a second ResNet-50 that glances at 96 px.
_base_ = 'adafocusv2_mobilenetv2.py'

model = dict(
    glance_resize=dict(size=96, mode='bilinear'),
    global_cnn=dict(
        _delete_=True,
        type='ResNet',
        depth=50,
        norm_eval=False,
        pretrained='https://download.pytorch.org/models/'
        'resnet50-11ad3fa6.pth'),
    policy=dict(in_channels=2048, feature_size=3),
    classifier=dict(in_channels=2048 + 2048),
    global_head=dict(in_channels=2048))
