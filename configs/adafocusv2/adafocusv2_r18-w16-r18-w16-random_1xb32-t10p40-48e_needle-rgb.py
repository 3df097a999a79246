# Baseline: AdaFocusV2 with random patches instead of learned ones. It can be
# tested with a checkpoint of AdaFocusV2, whose networks know random patches.
_base_ = 'adafocusv2_r18-w16-r18-w16_1xb32-t10p40-48e_needle-rgb.py'

model = dict(policy=dict(_delete_=True, type='RandomPatchPolicy'))
