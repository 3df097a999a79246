# OCSampler Sec. 3.3: OCSampler with a frame number budget of 1 to 6 frames.
_base_ = 'ocsampler_r50.py'

model = dict(
    _delete_=True,
    type='OCSamplerPlus',
    num_candidates=10,
    num_budgets=6,
    num_combinations=16,
    skim_size=128,
    skim_network={{_base_.model.skim_network}},
    skim_head={{_base_.model.skim_head}},
    budget=dict(type='BudgetModule', in_channels=1280, hidden_channels=64),
    budget_loss=dict(type='BudgetLoss', epsilon=0.5, alpha=2.),
    policy={{_base_.model.policy}},
    reward=dict(type='ClipReward'),
    classifier={{_base_.model.classifier}},
    data_preprocessor={{_base_.model.data_preprocessor}})
