# The generated needle videos with plates that last: the class does not tell
# their order.
_base_ = [
    '../_base_/models/faster_r3d-17-r2d-14.py',
    '../_base_/datasets/needle_order_free_clips.py',
    '../_base_/schedules/faster_36e_10e.py', '../_base_/default_runtime.py'
]
