# The fixed-N rival of OCSampler+ on the needle set: N = 4, the most that that
# may take. The classifier is twice as wide as the demo's, so that it, not the
# skim network, is the expensive one, as on real data.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

model = dict(
    num_selected=4,
    classifier=dict(
        backbone=dict(stem_channels=32, base_channels=32),
        cls_head=dict(in_channels=128)))
train_cfg = dict(max_epochs=36)
policy_stage = dict(
    name='policy',
    epochs=24,
    optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
    param_scheduler=[
        dict(type='CosineAnnealingLR', convert_to_iter_based=True)
    ])
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[{{_base_.warmup_stage}}, policy_stage])
]
