# Kinetics-400: clips of 16 frames, 112 px for the classifier.
_base_ = 'sports1m_clips16.py'

data_root = 'data/kinetics400'
train_pipeline = [
    *_base_.train_pipeline[:4],
    dict(
        type='LoadClipScores',
        scores_file='data/kinetics400/clip_scores_train.jsonl'),
    _base_.train_pipeline[5]
]
train_dataloader = dict(
    dataset=dict(
        ann_file='data/kinetics400/kinetics400_train_video.txt',
        data_prefix=dict(video='data/kinetics400/videos_train'),
        num_classes=400,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        ann_file='data/kinetics400/kinetics400_val_video.txt',
        data_prefix=dict(video='data/kinetics400/videos_val'),
        num_classes=400))
test_dataloader = val_dataloader
