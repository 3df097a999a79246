# SCSampler Table 7, AV-union-list: 2.75 minutes at 16 frames a second.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/minisports_clips16.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    component_checkpoints=dict(classifier='checkpoints/mc3-r18_minisports.pth'),
    reference_video=dict(num_clips=165))
