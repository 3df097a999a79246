# The released AdaFocusV2 with two ResNet-50: the corners of the glance lie on
# the corners of the frame, and the exit compares the largest logit.
_base_ = '../adafocusv2/adafocusv2_r50-r50_4xb8-t16p128-50e_anet-rgb.py'

model = dict(
    glance_resize=dict(align_corners=True),
    conditional_exit='logit')
