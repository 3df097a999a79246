# ActivityNet-v1.3 with SlowOnly; not in the paper. Of frames that lie 8 apart every
# third is an I-frame, in groups of 12.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/anet_clips8x8.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(head=dict(num_classes=200)),
            rgb_residual=dict(head=dict(num_classes=200)))),
    classifier=dict(
        backbone=dict(
            _delete_=True,
            type='ResNet3dSlowOnly',
            depth=50,
            pretrained=None,
            pretrained2d=False,
            lateral=False,
            conv1_kernel=(1, 7, 7),
            conv1_stride_t=1,
            pool1_stride_t=1,
            inflate=(0, 0, 1, 1),
            norm_eval=False),
        cls_head=dict(in_channels=2048, num_classes=200)),
    component_checkpoints=dict(
        classifier='checkpoints/slowonly-r50_anet.pth'),
    reference_video=dict(
        num_clips=45,
        clip_len=8,
        features=dict(
            motion_displacement=(16 / 3, 2, 14, 14),
            rgb_residual=(16 / 3, 3, 224, 224))),
    data_preprocessor=dict(
        clips=dict(
            mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])))
