# ActivityNet-v1.3, 117 s at 25 frames a second; not in the paper.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/anet_clips16.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(head=dict(num_classes=200)),
            rgb_residual=dict(head=dict(num_classes=200)))),
    classifier=dict(cls_head=dict(num_classes=200)),
    component_checkpoints=dict(classifier='checkpoints/mc3-r18_anet.pth'),
    reference_video=dict(num_clips=183))
