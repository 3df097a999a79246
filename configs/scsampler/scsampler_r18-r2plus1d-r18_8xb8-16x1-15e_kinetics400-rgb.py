_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_kinetics400-rgb.py'

model = dict(
    classifier=dict(backbone=dict(type='R2Plus1D', depth=18)),
    component_checkpoints=dict(
        _delete_=True,
        classifier=dict(
            backbone='https://download.pytorch.org/models/r2plus1d_18-91a641e6.pth',
            cls_head=dict(
                fc_cls=dict(
                    checkpoint='https://download.pytorch.org/models/'
                    'r2plus1d_18-91a641e6.pth',
                    prefix='fc.')))))
