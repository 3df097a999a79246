# The one stage of AdaFocusV2-TSM, with the settings of the authors' command.
_base_ = 'adafocusv2_50e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.01, weight_decay=5e-4),
    clip_grad=dict(max_norm=20, norm_type=2),
    paramwise_cfg=dict(
        custom_keys={
            '_delete_': True,
            'global_cnn': dict(lr_mult=0.5),
            'global_head': dict(lr_mult=0.5),
            'classifier.global_fc': dict(lr_mult=0.5),
            'policy': dict(lr_mult=0.01),
        }))
