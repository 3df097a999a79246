_base_ = 'ocsampler/ocsampler_mobilenetv2-tsm-w0.35-r18-w16-finetune_1xb32-t10n4-10e_needle-rgb.py'
