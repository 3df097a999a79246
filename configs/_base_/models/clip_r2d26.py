_base_ = 'clip_r2plus1d50.py'

model = dict(backbone=dict(type='ClipResNet2D'))
