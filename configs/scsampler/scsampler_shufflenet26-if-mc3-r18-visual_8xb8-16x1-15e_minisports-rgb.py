# SCSampler Table 5: ShuffleNet of 26 layers on IF + MD + RGB-R. ImageNet weights of
# it are not at hand, so that no part of it learns slower than the rest.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/minisports_clips16_if.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    policy=dict(_delete_=True, type='VisualClips'),
    component_checkpoints=dict(classifier='checkpoints/mc3-r18_minisports.pth'),
    reference_video=dict(num_clips=165),
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(
                backbone=dict(_delete_=True, type='ShuffleNet26', in_channels=2),
                head=dict(in_channels=480)),
            rgb_residual=dict(
                backbone=dict(_delete_=True, type='ShuffleNet26'),
                head=dict(in_channels=480)),
            i_frame=dict(
                type='SaliencyNet',
                backbone=dict(type='ShuffleNet26'),
                head=dict(
                    type='ActionSaliencyHead',
                    num_classes=487,
                    in_channels=480,
                    dropout_ratio=0.5)))))

optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'visual_saliency_net.nets.motion_displacement.backbone':
            dict(lr_mult=1.),
            'visual_saliency_net.nets.rgb_residual.backbone':
            dict(lr_mult=1.),
            'visual_saliency_net.nets.i_frame.backbone':
            dict(lr_mult=1.),
        }))
