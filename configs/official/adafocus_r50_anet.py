# The released AdaFocus for ActivityNet-v1.3 with 128-px patches; set
# model.patch_size for the others.
_base_ = '../adafocus/adafocus_mobilenetv2-r50-p128_4xb16-t16-50e-50e-10e_anet-rgb.py'
