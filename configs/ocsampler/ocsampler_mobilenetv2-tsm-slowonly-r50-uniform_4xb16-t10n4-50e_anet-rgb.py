# Baseline: the classifier on uniform candidates, trained by stage I.
_base_ = [
    '../_base_/models/ocsampler_slowonly50.py',
    '../_base_/datasets/anet_video_t10_short256.py',
    '../_base_/schedules/ocsampler_50e.py', '../_base_/default_runtime.py'
]

model = dict(
    skim_network=None,
    skim_head=None,
    policy=dict(_delete_=True, type='UniformPolicy', num_selected=4))
