# OCSampler+ on the needle set: one to four frames a video. Budget and policy
# stage, with the classifier of the fixed-N rival, whose warm-up is the same:
#   --cfg-options \
#   model.component_checkpoints.classifier.checkpoint=OCSAMPLER_NEEDLE_N4.pth
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w32_1xb32-t10n4-12e-24e_needle-rgb.py'

model = dict(
    _delete_=True,
    type='OCSamplerPlus',
    num_candidates=10,
    num_budgets=4,
    num_combinations=64,
    skim_size=56,
    skim_network={{_base_.model.skim_network}},
    budget=dict(type='BudgetModule', in_channels=1280),
    budget_loss=dict(type='BudgetLoss', epsilon=0.4, alpha=5.),
    policy={{_base_.model.policy}},
    reward=dict(type='ClipReward'),
    num_draws=4,
    center_reward=True,
    entropy_coef=(0.05, 0.),
    classifier={{_base_.model.classifier}},
    component_checkpoints=dict(
        classifier=dict(
            checkpoint='work_dirs/ocsampler_needle_n4/epoch_36.pth',
            prefix='classifier.')),
    data_preprocessor={{_base_.model.data_preprocessor}})
train_cfg = dict(max_epochs=30, val_begin=18, val_interval=12)
budget_stage = dict(
    name='budget',
    epochs=6,
    optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
    param_scheduler=[
        dict(type='CosineAnnealingLR', convert_to_iter_based=True)
    ])
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[budget_stage, {{_base_.policy_stage}}])
]
