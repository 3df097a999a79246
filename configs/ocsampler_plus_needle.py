_base_ = 'ocsampler/ocsampler-plus_mobilenetv2-tsm-w0.35-r18-w32_1xb32-t10-6e-24e_needle-rgb.py'
