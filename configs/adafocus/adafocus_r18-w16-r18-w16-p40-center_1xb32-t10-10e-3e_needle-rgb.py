# Baseline: AdaFocus with center patches instead of learned ones.
_base_ = 'adafocus_r18-w16-r18-w16-p40_1xb32-t10-10e-8e-3e_needle-rgb.py'

model = dict(policy=dict(_delete_=True, type='CenterPatchPolicy'))
train_cfg = dict(max_epochs=13)
warmup, _, finetune = _base_.custom_hooks[0]['stages']
custom_hooks = [dict(type='TrainingStageHook', stages=[warmup, finetune])]
