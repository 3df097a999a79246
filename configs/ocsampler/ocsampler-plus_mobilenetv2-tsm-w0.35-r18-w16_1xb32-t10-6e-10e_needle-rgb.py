# OCSampler+ on the needle set: one to four frames a video.
# Budget and policy stage, from the networks of the demo's full run.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

demo = 'work_dirs/demo/seed0/epoch_24.pth'
model = dict(
    _delete_=True,
    type='OCSamplerPlus',
    num_candidates=10,
    num_budgets=4,
    num_combinations=64,
    skim_size=56,
    skim_network={{_base_.model.skim_network}},
    budget=dict(type='BudgetModule', in_channels=1280),
    budget_loss=dict(type='BudgetLoss', epsilon=0.5, alpha=100.),
    policy={{_base_.model.policy}},
    reward=dict(type='ClipReward'),
    num_draws=4,
    center_reward=True,
    entropy_coef=(0.05, 0.),
    classifier={{_base_.model.classifier}},
    component_checkpoints=dict(
        skim_network=dict(checkpoint=demo, prefix='skim_network.'),
        policy=dict(checkpoint=demo, prefix='policy.'),
        classifier=dict(checkpoint=demo, prefix='classifier.')),
    data_preprocessor={{_base_.model.data_preprocessor}})
train_cfg = dict(max_epochs=16, val_begin=11, val_interval=5)
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            dict(
                name='budget',
                epochs=6,
                optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ]),
            dict(
                name='policy',
                epochs=10,
                optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ])
        ])
]
