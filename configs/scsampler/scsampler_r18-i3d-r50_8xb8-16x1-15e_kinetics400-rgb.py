# SCSampler Table 2: I3D, MMAction2's on ResNet-50 (the paper's is on Inception).
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/kinetics400_scsampler_clips16_224.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(head=dict(num_classes=400)),
            rgb_residual=dict(head=dict(num_classes=400)))),
    classifier=dict(
        backbone=dict(
            _delete_=True,
            type='ResNet3d',
            pretrained2d=False,
            pretrained=None,
            depth=50,
            conv1_kernel=(5, 7, 7),
            conv1_stride_t=2,
            pool1_stride_t=2,
            conv_cfg=dict(type='Conv3d'),
            norm_eval=False,
            inflate=((1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0, 1, 0), (0, 1, 0)),
            zero_init_residual=False),
        cls_head=dict(in_channels=2048, num_classes=400)),
    component_checkpoints=dict(
        classifier='https://download.openmmlab.com/mmaction/v1.0/'
        'recognition/i3d/i3d_imagenet-pretrained-r50_8xb8-32x2x1-100e_'
        'kinetics400-rgb/i3d_imagenet-pretrained-r50_8xb8-32x2x1-100e_'
        'kinetics400-rgb_20220812-e213c223.pth'),
    data_preprocessor=dict(
        clips=dict(
            mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])),
    reference_video=dict(num_clips=18))
# App. B.2: 0.03 for sound on Kinetics.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys=dict(audio_saliency_net=dict(lr_mult=30.))))
