# OCSampler Table 1: SlowOnly-101. The paper does not state N; 4 as with
# SlowOnly-50.
_base_ = 'ocsampler_slowonly50.py'

model = dict(
    classifier=dict(backbone=dict(depth=101)),
    component_checkpoints=dict(
        classifier=dict(
            backbone=dict(
                checkpoint='https://download.openmmlab.com/mmaction/v1.0/'
                'recognition/slowonly/slowonly_r101_8xb16-8x8x1-196e_'
                'kinetics400-rgb/slowonly_r101_8xb16-8x8x1-196e_kinetics400-'
                'rgb_20220901-e6281431.pth'))))
