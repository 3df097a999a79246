# Baseline: the classifier on uniform candidates, trained by stage I.
_base_ = 'ocsampler_mobilenetv2-tsm-r50-uniform_4xb16-t10n6-50e_anet-rgb.py'

model = dict(num_selected=5, policy=dict(num_selected=5))
