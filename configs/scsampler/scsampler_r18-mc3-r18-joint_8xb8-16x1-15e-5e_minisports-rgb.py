# SCSampler Table 7, AV-joint-training: both nets are fine-tuned by the ranking
# loss of their average score. The number of epochs is ours.
_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_minisports-rgb.py'

model = dict(policy=dict(_delete_=True, type='AVConvexScore', alpha=0.5))
train_cfg = dict(max_epochs=20, val_begin=20)
sampler_stage = dict(
    name='sampler',
    epochs=15,
    param_scheduler=[
        dict(type='MultiStepLR', milestones=[5, 10], gamma=0.1)
    ])
joint_stage = dict(name='joint', epochs=5, param_scheduler=None)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[sampler_stage, joint_stage])
]
