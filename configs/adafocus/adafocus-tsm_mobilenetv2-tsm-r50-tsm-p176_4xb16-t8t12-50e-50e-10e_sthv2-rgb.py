_base_ = 'adafocus-tsm_mobilenetv2-tsm-r50-tsm-p144_4xb16-t8t12-50e-50e-10e_sthv2-rgb.py'

model = dict(patch_size=176)
