_base_ = [
    '../_base_/models/adafocusv2_r50.py',
    '../_base_/datasets/fcvid_video_t16_ordered.py',
    '../_base_/schedules/adafocusv2_50e.py', '../_base_/default_runtime.py'
]

model = dict(
    classifier=dict(num_classes=239),
    global_head=dict(num_classes=239),
    local_head=dict(num_classes=239))
