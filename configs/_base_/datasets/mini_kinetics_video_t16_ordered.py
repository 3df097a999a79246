# Mini-Kinetics, T = 16 frames from coarse to fine, with the pipelines of
# ActivityNet. One label a video, so that top-1 accuracy is the measure.
_base_ = 'anet_video_t16_ordered.py'

data_root = 'data/MiniKinetics/videos_train'
data_root_val = 'data/MiniKinetics/videos_val'
ann_file_train = 'data/MiniKinetics/mini_kinetics_train_video.txt'
ann_file_val = 'data/MiniKinetics/mini_kinetics_val_video.txt'

train_dataloader = dict(
    batch_size=12,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        multi_class=False))
val_dataloader = dict(
    batch_size=12,
    dataset=dict(
        ann_file=ann_file_val,
        data_prefix=dict(video=data_root_val),
        multi_class=False))
test_dataloader = val_dataloader
threshold_dataloader = dict(
    batch_size=12,
    dataset=dict(
        ann_file=ann_file_train,
        data_prefix=dict(video=data_root),
        multi_class=False))

val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, 5)))),
    dict(type='CostMetric')
]
test_evaluator = val_evaluator
