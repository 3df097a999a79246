# OCSampler Table 6: R(2+1)D-34, the depth of MMAction2's zoo, pretrained on
# Kinetics-400, classifies the N = 4 selected frames as one clip.
_base_ = 'ocsampler_r50.py'

model = dict(
    num_selected=4,
    classifier=dict(
        _delete_=True,
        type='Recognizer3D',
        backbone=dict(
            type='ResNet2Plus1d',
            depth=34,
            pretrained=None,
            pretrained2d=False,
            norm_eval=False,
            conv_cfg=dict(type='Conv2plus1d'),
            # The zoo's SyncBN has the same parameters, but needs GPUs in
            # distributed training.
            norm_cfg=dict(type='BN3d', requires_grad=True, eps=1e-3),
            conv1_kernel=(3, 7, 7),
            conv1_stride_t=1,
            pool1_stride_t=1,
            inflate=(1, 1, 1, 1),
            spatial_strides=(1, 2, 2, 2),
            temporal_strides=(1, 2, 2, 2),
            zero_init_residual=False),
        cls_head=dict(
            type='I3DHead',
            num_classes=200,
            in_channels=512,
            spatial_type='avg',
            dropout_ratio=0.5,
            init_std=0.01,
            average_clips='prob')),
    # The head is trained anew in stage I: the zoo's has 400 classes.
    component_checkpoints=dict(
        classifier=dict(
            backbone=dict(
                checkpoint='https://download.openmmlab.com/mmaction/v1.0/'
                'recognition/r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_'
                'kinetics400-rgb/r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-'
                'rgb_20220812-47cfe041.pth',
                prefix='backbone.'))))
