_base_ = 'adafocus/adafocus-plus_r18-w16-r18-w16-p40_1xb32-t10-10e-14e-4e_needle-rgb.py'
