# Baseline: the classifier of the OCSampler on candidates in FrameExit's order.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

model = dict(
    skim_network=None, policy=dict(_delete_=True, type='FrameExitPolicy'))
