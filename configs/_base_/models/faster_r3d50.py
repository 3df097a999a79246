_base_ = 'faster_r2plus1d50.py'

model = dict(expensive_model=dict(backbone=dict(type='ClipResNet3D')))
