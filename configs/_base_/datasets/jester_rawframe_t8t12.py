# Jester, which is distributed as images; pipelines, classes that tell left
# from right and measure as Something-Something.
_base_ = 'sthv1_rawframe_t8t12.py'

data_root = 'data/jester/rawframes'
ann_file_train = 'data/jester/jester_train_list_rawframes.txt'
ann_file_val = 'data/jester/jester_val_list_rawframes.txt'

train_set = dict(
    ann_file=ann_file_train, data_prefix=dict(img=data_root))
val_set = dict(train_set, ann_file=ann_file_val)
train_dataloader = dict(dataset=train_set)
val_dataloader = dict(dataset=val_set)
test_dataloader = val_dataloader
