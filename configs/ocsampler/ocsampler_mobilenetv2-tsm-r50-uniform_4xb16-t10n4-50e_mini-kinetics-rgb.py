# Baseline: the classifier on uniform candidates, trained by stage I.
_base_ = 'ocsampler_mobilenetv2-tsm-r50-uniform_4xb16-t10n5-50e_mini-kinetics-rgb.py'

model = dict(num_selected=4, policy=dict(num_selected=4))
