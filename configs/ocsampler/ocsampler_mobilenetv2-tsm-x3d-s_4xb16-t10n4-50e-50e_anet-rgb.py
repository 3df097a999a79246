_base_ = [
    '../_base_/models/ocsampler_x3ds.py',
    '../_base_/datasets/anet_video_t10_160.py',
    '../_base_/schedules/ocsampler_50e_50e.py', '../_base_/default_runtime.py'
]
