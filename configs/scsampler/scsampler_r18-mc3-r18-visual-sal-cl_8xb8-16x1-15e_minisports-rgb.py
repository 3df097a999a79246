# SCSampler Table 4: the visual sampler with the loss SAL-CL.
_base_ = 'scsampler_r18-mc3-r18-visual_8xb8-16x1-15e_minisports-rgb.py'

model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(
                head=dict(
                    _delete_=True, type='SaliencyHead', in_channels=512)),
            rgb_residual=dict(
                head=dict(
                    _delete_=True, type='SaliencyHead', in_channels=512))),
        loss=dict(type='SaliencyClassificationLoss')))
