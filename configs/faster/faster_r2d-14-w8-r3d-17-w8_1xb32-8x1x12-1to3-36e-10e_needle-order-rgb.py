# The generated needle videos with plates that last: the class says which comes
# first, so that averaging cannot tell it.
_base_ = [
    '../_base_/models/faster_r3d-17-r2d-14.py',
    '../_base_/datasets/needle_order_clips.py',
    '../_base_/schedules/faster_36e_10e.py', '../_base_/default_runtime.py'
]

head = dict(num_classes=16)
model = dict(
    expensive_model=dict(cls_head=head),
    cheap_model=dict(cls_head=head),
    cls_head=head)
