# Baseline: the classifier on uniform candidates, trained by stage I.
_base_ = [
    '../_base_/models/ocsampler_r50_uniform.py',
    '../_base_/datasets/anet_video_t10.py',
    '../_base_/schedules/ocsampler_50e.py', '../_base_/default_runtime.py'
]
