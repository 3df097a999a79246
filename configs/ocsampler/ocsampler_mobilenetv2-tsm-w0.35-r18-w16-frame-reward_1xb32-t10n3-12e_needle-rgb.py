# Rival of Table 4: frames are rewarded one by one, not as a clip.
# Only the policy stage; the classifier is that of the demo's full run.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

model = dict(
    reward=dict(type='FrameReward'),
    component_checkpoints=dict(
        classifier=dict(
            checkpoint='work_dirs/demo/seed0/epoch_24.pth',
            prefix='classifier.')))
train_cfg = dict(max_epochs=12, val_begin=6)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[{{_base_.policy_stage}}])
]
