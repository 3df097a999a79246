# The same videos but for the class, which does not tell the order of the
# plates (tools/data/needle/generate.py --variant order-free).
_base_ = 'needle_order_clips.py'

data_root = 'data/needle_order_free'
train_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/train.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8))
val_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/val.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8))
test_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/annotations/test.txt',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=8))
