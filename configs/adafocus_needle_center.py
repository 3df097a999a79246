_base_ = 'adafocus/adafocus_r18-w16-r18-w16-p40-center_1xb32-t10-10e-3e_needle-rgb.py'
