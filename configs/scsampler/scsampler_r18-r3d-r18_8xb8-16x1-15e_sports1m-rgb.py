_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_sports1m-rgb.py'

model = dict(
    classifier=dict(backbone=dict(type='R3D', depth=18)),
    component_checkpoints=dict(classifier='checkpoints/r3d-r18_sports1m.pth'))
