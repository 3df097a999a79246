_base_ = [
    '../_base_/models/adafocus_tsm_r50.py', '../_base_/datasets/sthv1_rawframe_t8t12.py',
    '../_base_/schedules/adafocus_50e_50e_10e.py',
    '../_base_/default_runtime.py'
]
