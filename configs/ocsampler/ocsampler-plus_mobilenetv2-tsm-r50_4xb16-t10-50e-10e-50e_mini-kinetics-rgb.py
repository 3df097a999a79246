_base_ = [
    '../_base_/models/ocsampler_plus_r50.py',
    '../_base_/datasets/mini_kinetics_video_t10.py',
    '../_base_/schedules/ocsampler_plus_50e_10e_50e.py',
    '../_base_/default_runtime.py'
]
