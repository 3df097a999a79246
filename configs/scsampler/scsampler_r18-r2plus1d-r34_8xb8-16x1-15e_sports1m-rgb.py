_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_sports1m-rgb.py'

model = dict(
    classifier=dict(backbone=dict(type='R2Plus1D', depth=34)),
    component_checkpoints=dict(classifier='checkpoints/r2plus1d-r34_sports1m.pth'))
