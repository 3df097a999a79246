# Rival that is not in the paper: frames ranked by their own confidence.
# Only the policy stage; the classifier is that of the demo's full run.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

model = dict(
    _delete_=True,
    type='FrameRanker',
    num_candidates=10,
    num_selected=3,
    skim_size=56,
    skim_network={{_base_.model.skim_network}},
    policy={{_base_.model.policy}},
    classifier={{_base_.model.classifier}},
    ranking_loss=dict(type='FrameRankingLoss', margin=1.),
    component_checkpoints=dict(
        classifier=dict(
            checkpoint='work_dirs/demo/seed0/epoch_24.pth',
            prefix='classifier.')),
    data_preprocessor={{_base_.model.data_preprocessor}})
train_cfg = dict(max_epochs=12, val_begin=6)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[{{_base_.policy_stage}}])
]
