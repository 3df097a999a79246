# SCSampler Table 1: Sports-1M with MC3-18.
_base_ = [
    '../_base_/models/scsampler_r18.py',
    '../_base_/datasets/sports1m_clips16.py',
    '../_base_/schedules/scsampler_15e.py',
    '../_base_/default_runtime.py',
]
