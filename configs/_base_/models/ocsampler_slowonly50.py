# OCSampler Tables 1 and 6: SlowOnly-50, pretrained on Kinetics-400, classifies
# the N = 4 selected frames as one clip.
_base_ = 'ocsampler_r50.py'

model = dict(
    num_selected=4,
    classifier=dict(
        _delete_=True,
        type='Recognizer3D',
        backbone=dict(
            type='ResNet3dSlowOnly',
            depth=50,
            pretrained=None,
            lateral=False,
            conv1_kernel=(1, 7, 7),
            conv1_stride_t=1,
            pool1_stride_t=1,
            inflate=(0, 0, 1, 1),
            norm_eval=False),
        cls_head=dict(
            type='I3DHead',
            num_classes=200,
            in_channels=2048,
            spatial_type='avg',
            dropout_ratio=0.5,
            average_clips='prob')),
    # The head is trained anew in stage I: the zoo's has 400 classes.
    component_checkpoints=dict(
        classifier=dict(
            backbone=dict(
                checkpoint='https://download.openmmlab.com/mmaction/v1.0/'
                'recognition/slowonly/slowonly_imagenet-pretrained-r50_8xb16-'
                '4x16x1-steplr-150e_kinetics400-rgb/slowonly_imagenet-'
                'pretrained-r50_8xb16-4x16x1-steplr-150e_kinetics400-rgb_'
                '20220901-e7b65fad.pth',
                prefix='backbone.'))))
