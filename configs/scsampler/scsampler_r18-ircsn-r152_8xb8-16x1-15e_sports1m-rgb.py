# SCSampler Table 1: Sports-1M with R3DGC-152, MMAction2's ir-CSN-152.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/sports1m_clips16_224.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
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
        cls_head=dict(in_channels=2048)),
    component_checkpoints=dict(
        classifier='checkpoints/ircsn-r152_sports1m.pth'),
    data_preprocessor=dict(
        # MMAction2's for weights that began on Sports-1M.
        clips=dict(
            mean=[110.2008, 100.63983, 95.99475],
            std=[58.14765, 56.46975, 55.332195])))
