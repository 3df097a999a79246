# SCSampler Table 4: the visual sampler with the loss SAL-RANK.
_base_ = 'scsampler_r18-mc3-r18-visual_8xb8-16x1-15e_minisports-rgb.py'

head = dict(_delete_=True, type='SaliencyHead', in_channels=512)
model = dict(
    visual_saliency_net=dict(
        nets=dict(
            motion_displacement=dict(head=head),
            rgb_residual=dict(head=head)),
        loss=dict(type='SaliencyRankingLoss')))
