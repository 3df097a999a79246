_base_ = 'ocsampler_mobilenetv2-tsm-r50_4xb16-t10n6-50e-50e_anet-rgb.py'

model = dict(num_selected=5)
