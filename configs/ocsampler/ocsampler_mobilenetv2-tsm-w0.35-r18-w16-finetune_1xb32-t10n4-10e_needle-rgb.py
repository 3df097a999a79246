# The fixed-N rival of OCSampler+ on the needle set: N = 4, the most that that
# may take, from the same networks and with as many epochs of the policy.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

demo = 'work_dirs/demo/seed0/epoch_24.pth'
model = dict(
    num_selected=4,
    component_checkpoints=dict(
        skim_network=dict(checkpoint=demo, prefix='skim_network.'),
        policy=dict(checkpoint=demo, prefix='policy.'),
        classifier=dict(checkpoint=demo, prefix='classifier.')))
train_cfg = dict(max_epochs=10, val_begin=5, val_interval=5)
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='policy',
                epochs=10,
                optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
