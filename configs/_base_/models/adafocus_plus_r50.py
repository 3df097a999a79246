# AdaFocus Sec. 3.3: AdaFocus and a policy that skips frames.
_base_ = 'adafocus_r50.py'

model = dict(
    type='AdaFocusPlus',
    keep_ratio=0.5,
    skip_policy=dict(
        type='SkipPolicy',
        in_channels=1280,
        feature_size=7,
        hidden_channels=1024),
    skip_reward=dict(type='SkipReward', cost_coef=1e-6))
