_base_ = 'ocsampler/ocsampler_mobilenetv2-tsm-w0.35-r18-w16-frameexit_1xb32-t10n3-12e-12e_needle-rgb.py'
