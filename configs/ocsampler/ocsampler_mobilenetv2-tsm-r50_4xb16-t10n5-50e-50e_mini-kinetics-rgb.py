_base_ = [
    '../_base_/models/ocsampler_r50.py',
    '../_base_/datasets/mini_kinetics_video_t10.py',
    '../_base_/schedules/ocsampler_50e_50e.py', '../_base_/default_runtime.py'
]

model = dict(num_selected=5)
