# The released AdaFocusV2 with MobileNetV2: its exit compares the largest logit.
_base_ = '../adafocusv2/adafocusv2_mobilenetv2-r50_4xb8-t16p128-50e_anet-rgb.py'

model = dict(conditional_exit='logit')
