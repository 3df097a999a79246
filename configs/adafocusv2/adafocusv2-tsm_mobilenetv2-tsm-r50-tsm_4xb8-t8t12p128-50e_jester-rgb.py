_base_ = [
    '../_base_/models/adafocusv2_tsm_r50.py',
    '../_base_/datasets/jester_rawframe_t8t12.py',
    '../_base_/schedules/adafocusv2_tsm_50e.py',
    '../_base_/default_runtime.py'
]

model = dict(
    classifier=dict(num_classes=27),
    global_head=dict(num_classes=27),
    local_head=dict(num_classes=27))

train_dataloader = dict(batch_size=8)
