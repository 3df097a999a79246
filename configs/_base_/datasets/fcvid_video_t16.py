# FCVID, as ActivityNet but for the lists and the number of classes.
_base_ = 'anet_video_t16.py'

train_set = dict(
    ann_file='data/FCVID/fcvid_train_video.txt',
    data_prefix=dict(video='data/FCVID/videos'),
    num_classes=239)
val_set = dict(train_set, ann_file='data/FCVID/fcvid_val_video.txt')
train_dataloader = dict(dataset=train_set)
val_dataloader = dict(dataset=val_set)
test_dataloader = dict(dataset=val_set)
threshold_dataloader = dict(dataset=train_set)
