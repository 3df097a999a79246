# Baseline: the classifier on uniform candidates, trained by stage I.
_base_ = [
    '../_base_/models/ocsampler_r50_uniform.py',
    '../_base_/datasets/mini_sports1m_video_t10.py',
    '../_base_/schedules/ocsampler_50e.py', '../_base_/default_runtime.py'
]

model = dict(classifier=dict(cls_head=dict(num_classes=487)))
