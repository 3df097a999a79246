_base_ = 'ocsampler_mobilenetv2-tsm-r50_4xb16-t10n5-50e-50e_mini-kinetics-rgb.py'

model = dict(num_selected=4)
