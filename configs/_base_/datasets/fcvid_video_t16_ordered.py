# FCVID, T = 16 frames from coarse to fine, with the pipelines and the metrics
# of ActivityNet.
_base_ = 'anet_video_t16_ordered.py'

data_root = 'data/FCVID/videos'
ann_file_train = 'data/FCVID/fcvid_train_video.txt'
ann_file_val = 'data/FCVID/fcvid_val_video.txt'

train_dataloader = dict(
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        num_classes=239))
val_dataloader = dict(
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root),
        num_classes=239))
test_dataloader = val_dataloader
threshold_dataloader = dict(
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        num_classes=239))
