_base_ = 'adafocusv2/adafocusv2-tsm_mobilenetv2-tsm-r50-tsm_4xb8-t8t12p128-50e_sthv2-rgb.py'
