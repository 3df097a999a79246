_base_ = 'faster32_r2d-26-r3d-50_8xb8-32x1x8-1to1-10e_ucf101-split1-rgb.py'

train_dataloader = dict(
    dataset=dict(ann_file='data/ucf101/ucf101_train_split_3_video.txt'))
val_dataloader = dict(
    dataset=dict(ann_file='data/ucf101/ucf101_val_split_3_video.txt'))
test_dataloader = dict(
    dataset=dict(ann_file='data/ucf101/ucf101_val_split_3_video.txt'))
