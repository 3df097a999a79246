# AdaFocus+ on the generated needle set: half of the patches are skipped. A
# patch of 40 px costs here what one of 128 px costs at the paper's coefficient
# of 1e-6: 0.016 of the confidence. With 1e-6 nearly all patches would be worth
# that, and the classifier would be fine-tuned on videos without skipped ones.
_base_ = 'adafocus_r18-w16-r18-w16-p40_1xb32-t10-10e-8e-3e_needle-rgb.py'

model = dict(
    type='AdaFocusPlus',
    keep_ratio=0.5,
    skip_policy=dict(
        type='SkipPolicy',
        in_channels=32,
        feature_size=5,
        hidden_channels=128),
    skip_reward=dict(type='SkipReward', cost_coef=1e-5))
custom_hooks = [*_base_.custom_hooks, dict(type='KeepThresholdHook')]
