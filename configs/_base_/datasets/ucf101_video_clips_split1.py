# UCF-101, split 1, with the pipelines of Kinetics-400.
_base_ = 'kinetics400_faster_n8_l32.py'

data_root = 'data/ucf101/videos'
train_dataloader = dict(
    dataset=dict(
        ann_file='data/ucf101/ucf101_train_split_1_video.txt',
        data_prefix=dict(video=data_root),
        num_classes=101))
val_dataloader = dict(
    dataset=dict(
        ann_file='data/ucf101/ucf101_val_split_1_video.txt',
        data_prefix=dict(video=data_root),
        num_classes=101))
test_dataloader = val_dataloader
