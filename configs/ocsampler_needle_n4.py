_base_ = 'ocsampler/ocsampler_mobilenetv2-tsm-w0.35-r18-w32_1xb32-t10n4-12e-24e_needle-rgb.py'
