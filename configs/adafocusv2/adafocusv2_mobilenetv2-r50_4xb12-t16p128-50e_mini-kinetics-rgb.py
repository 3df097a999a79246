_base_ = [
    '../_base_/models/adafocusv2_mobilenetv2.py',
    '../_base_/datasets/mini_kinetics_video_t16_ordered.py',
    '../_base_/schedules/adafocusv2_50e.py', '../_base_/default_runtime.py'
]

optim_wrapper = dict(optimizer=dict(lr=0.003))
# The learning rate belongs to 48 videos an iteration (4 GPUs x 12).
auto_scale_lr = dict(base_batch_size=48)
