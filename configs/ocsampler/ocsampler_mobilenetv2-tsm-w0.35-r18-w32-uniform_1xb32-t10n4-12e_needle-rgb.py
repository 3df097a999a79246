# Baseline: the classifier of the OCSampler on uniform candidates.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w32_1xb32-t10n4-12e-24e_needle-rgb.py'

model = dict(
    skim_network=None,
    policy=dict(_delete_=True, type='UniformPolicy', num_selected=4))
train_cfg = dict(max_epochs=12, val_begin=6)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[{{_base_.warmup_stage}}])
]
