# The generated needle videos with plates that last: the class does not tell
# their order.
_base_ = [
    '../_base_/models/faster_needle.py',
    '../_base_/datasets/needle_order_free_clips.py',
    '../_base_/schedules/faster_needle.py', '../_base_/default_runtime.py'
]
