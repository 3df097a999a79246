_base_ = 'adafocusv2/adafocusv2_r18-w16-r18-w16-center_1xb32-t10p40-48e_needle-rgb.py'
