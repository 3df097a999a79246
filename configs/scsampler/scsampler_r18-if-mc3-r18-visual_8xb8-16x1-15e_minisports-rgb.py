# SCSampler Table 5: ResNet-18 on IF + MD + RGB-R.
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
            i_frame=dict(
                type='SaliencyNet',
                backbone=dict(
                    type='mmpretrain.ResNet',
                    depth=18,
                    init_cfg=dict(
                        type='Pretrained',
                        checkpoint='torchvision://resnet18')),
                head=dict(
                    type='ActionSaliencyHead',
                    num_classes=487,
                    in_channels=512,
                    dropout_ratio=0.5)))))
