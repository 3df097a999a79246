_base_ = 'adafocusv2_r50-r50_4xb8-t16p128-50e_anet-rgb.py'

model = dict(patch_size=160)
