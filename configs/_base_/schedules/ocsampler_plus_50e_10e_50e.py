# Stage I (Eq. 4-5), the budget module (Eq. 10-13), stage II (Eq. 6).
_base_ = 'ocsampler_50e_50e.py'

train_cfg = dict(max_epochs=110, val_begin=61)
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[
            {{_base_.warmup_stage}},
            dict(
                name='budget',
                epochs=10,
                param_scheduler=[
                    dict(type='CosineAnnealingLR', convert_to_iter_based=True)
                ]), {{_base_.policy_stage}}
        ])
]
