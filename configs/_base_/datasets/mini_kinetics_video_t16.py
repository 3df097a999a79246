# Mini-Kinetics (200 classes): one label a video, judged by top-1 accuracy.
_base_ = 'anet_video_t16.py'

train_set = dict(
    ann_file='data/MiniKinetics/mini_kinetics_train_video.txt',
    data_prefix=dict(video='data/MiniKinetics/videos_train'),
    multi_class=False)
val_set = dict(
    ann_file='data/MiniKinetics/mini_kinetics_val_video.txt',
    data_prefix=dict(video='data/MiniKinetics/videos_val'),
    multi_class=False)
train_dataloader = dict(dataset=train_set)
val_dataloader = dict(dataset=val_set)
test_dataloader = dict(dataset=val_set)
threshold_dataloader = dict(dataset=train_set)

val_evaluator = [dict(type='AccMetric'), dict(type='CostMetric')]
test_evaluator = val_evaluator
