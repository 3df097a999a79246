# SCSampler Table 2: R3DGC-152, MMAction2's ir-CSN-152 pretrained on Sports-1M.
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
            type='ResNet3dCSN',
            pretrained2d=False,
            pretrained=None,
            depth=152,
            with_pool2=False,
            bottleneck_mode='ir',
            norm_eval=False,
            zero_init_residual=False),
        cls_head=dict(in_channels=2048, num_classes=400)),
    component_checkpoints=dict(
        classifier='https://download.openmmlab.com/mmaction/'
        'recognition/csn/vmz/vmz_ircsn_sports1m_pretrained_r152_32x2x1_58e_'
        'kinetics400_rgb_20210617-b9b10241.pth'),
    data_preprocessor=dict(
        # MMAction2's for weights that began on Sports-1M.
        clips=dict(
            mean=[110.2008, 100.63983, 95.99475],
            std=[58.14765, 56.46975, 55.332195])),
    reference_video=dict(num_clips=18))
# App. B.2: 0.03 for sound on Kinetics.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys=dict(audio_saliency_net=dict(lr_mult=30.))))
