_base_ = [
    '../_base_/models/adafocus_r50.py', '../_base_/datasets/mini_kinetics_video_t16.py',
    '../_base_/schedules/adafocus_50e_50e_10e.py',
    '../_base_/default_runtime.py'
]
