_base_ = 'adafocus_mobilenetv2-r50-p128_4xb16-t16-50e-50e-10e_anet-rgb.py'

model = dict(patch_size=96)
