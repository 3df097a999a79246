# OCSampler Table 6: MobileNetV2-TSM, pretrained on Kinetics-400, classifies
# the N = 4 selected frames.
_base_ = 'ocsampler_r50.py'

model = dict(
    num_selected=4,
    classifier=dict(
        _delete_=True,
        type='Recognizer2D',
        # num_segments follows the number of frames that come in.
        backbone=dict(
            type='MobileNetV2TSM',
            num_segments=4,
            is_shift=True,
            shift_div=8,
            pretrained2d=False),
        cls_head=dict(
            type='TSMHead',
            num_segments=4,
            num_classes=200,
            in_channels=1280,
            spatial_type='avg',
            consensus=dict(type='AvgConsensus', dim=1),
            dropout_ratio=0.5,
            init_std=0.001,
            is_shift=True,
            average_clips='prob')),
    # The head is trained anew in stage I: the zoo's has 400 classes.
    component_checkpoints=dict(
        classifier=dict(
            backbone=dict(
                checkpoint='https://download.openmmlab.com/mmaction/v1.0/'
                'recognition/tsm/tsm_imagenet-pretrained-mobilenetv2_8xb16-'
                '1x1x8-100e_kinetics400-rgb/tsm_imagenet-pretrained-'
                'mobilenetv2_8xb16-1x1x8-100e_kinetics400-rgb_20230414-'
                '401127fd.pth',
                prefix='backbone.'))))
