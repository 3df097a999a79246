_base_ = 'ocsampler/ocsampler-plus_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10-6e-10e_needle-rgb.py'
