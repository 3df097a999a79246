_base_ = 'adafocus/adafocus_mobilenetv2-r50-p128_4xb16-t16-50e-50e-10e_anet-rgb.py'
