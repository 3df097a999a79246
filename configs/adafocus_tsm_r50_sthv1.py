_base_ = 'adafocus/adafocus-tsm_mobilenetv2-tsm-r50-tsm-p144_4xb16-t8t12-50e-50e-10e_sthv1-rgb.py'
