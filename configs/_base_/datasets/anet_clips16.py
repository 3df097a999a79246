# ActivityNet-v1.3: clips of 16 frames, 112 px for the classifier. Lists with one
# label a video.
_base_ = 'sports1m_clips16.py'

data_root = 'data/ActivityNet'
train_pipeline = [
    *_base_.train_pipeline[:4],
    dict(
        type='LoadClipScores',
        scores_file='data/ActivityNet/clip_scores_train.jsonl'),
    _base_.train_pipeline[5]
]
train_dataloader = dict(
    dataset=dict(
        ann_file='data/ActivityNet/anet_train_video.txt',
        data_prefix=dict(video='data/ActivityNet/videos'),
        num_classes=200,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        ann_file='data/ActivityNet/anet_val_video.txt',
        data_prefix=dict(video='data/ActivityNet/videos'),
        num_classes=200))
test_dataloader = val_dataloader
