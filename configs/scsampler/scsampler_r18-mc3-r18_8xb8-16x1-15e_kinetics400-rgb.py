# SCSampler Table 2: Kinetics-400, 10 s at 30 frames a second. torchvision's
# weights of the classifier.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/kinetics400_scsampler_clips16.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(head=dict(num_classes=400)),
            rgb_residual=dict(head=dict(num_classes=400)))),
    classifier=dict(cls_head=dict(num_classes=400)),
    component_checkpoints=dict(
        _delete_=True,
        classifier=dict(
            backbone='https://download.pytorch.org/models/mc3_18-a90a0ba3.pth',
            cls_head=dict(
                fc_cls=dict(
                    checkpoint='https://download.pytorch.org/models/'
                    'mc3_18-a90a0ba3.pth',
                    prefix='fc.')))),
    reference_video=dict(num_clips=18))
# App. B.2: 0.03 for sound on Kinetics.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys=dict(audio_saliency_net=dict(lr_mult=30.))))
