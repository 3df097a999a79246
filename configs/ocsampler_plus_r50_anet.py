_base_ = 'ocsampler/ocsampler-plus_mobilenetv2-tsm-r50_4xb16-t10-50e-10e-50e_anet-rgb.py'
