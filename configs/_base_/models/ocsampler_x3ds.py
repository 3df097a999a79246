# OCSampler Table 6: X3D-S, pretrained on Kinetics-400, classifies the N = 4
# selected frames as one clip.
_base_ = 'ocsampler_r50.py'

model = dict(
    num_selected=4,
    classifier=dict(
        _delete_=True,
        type='Recognizer3D',
        backbone=dict(type='X3D', gamma_w=1, gamma_b=2.25, gamma_d=2.2),
        cls_head=dict(
            type='X3DHead',
            num_classes=200,
            in_channels=432,
            spatial_type='avg',
            dropout_ratio=0.5,
            fc1_bias=False,
            average_clips='prob')),
    # The head is trained anew in stage I: the zoo's has 400 classes.
    component_checkpoints=dict(
        classifier=dict(
            backbone=dict(
                checkpoint='https://download.openmmlab.com/mmaction/v1.0/'
                'recognition/x3d/facebook/x3d_s_13x6x1_facebook-kinetics400-'
                'rgb_20201027-623825a0.pth',
                prefix='backbone.'))),
    data_preprocessor=dict(
        mean=[114.75, 114.75, 114.75], std=[57.38, 57.38, 57.38]))
