# AdaFocus+ on the generated needle set: half of the patches are skipped. Lambda
# is such that the skip policy itself keeps about half, and the classifier is
# fine-tuned on such videos: a patch costs 0.032 of the confidence. At the
# paper's 1e-6 one of 128 px costs 0.016, but one of 40 px only 0.0016, and
# nearly all would be worth it.
# Skipped frames teach the patch policy nothing, so it takes longer to learn.
_base_ = 'adafocus_r18-w16-r18-w16-p40_1xb32-t10-10e-8e-3e_needle-rgb.py'

model = dict(
    type='AdaFocusPlus',
    keep_ratio=0.5,
    skip_policy=dict(
        type='SkipPolicy',
        in_channels=32,
        feature_size=5,
        hidden_channels=128),
    skip_reward=dict(type='SkipReward', cost_coef=2e-5))
train_cfg = dict(max_epochs=28)
warmup, policy, finetune = _base_.custom_hooks[0]['stages']
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[warmup, dict(policy, epochs=14), dict(finetune, epochs=4)]),
    dict(type='KeepThresholdHook')
]
