# miniSports (SCSampler Sec. 4.2): 280 training and 69 test videos of each class
# of Sports-1M, of 2.75 minutes each.
_base_ = 'sports1m_clips16.py'

data_root = 'data/miniSports'
train_pipeline = [
    *_base_.train_pipeline[:4],
    dict(
        type='LoadClipScores',
        scores_file='data/miniSports/clip_scores_train.jsonl'),
    _base_.train_pipeline[5]
]
train_dataloader = dict(
    dataset=dict(
        ann_file='data/miniSports/mini_sports1m_train_video.txt',
        data_prefix=dict(video='data/miniSports/videos'),
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        ann_file='data/miniSports/mini_sports1m_val_video.txt',
        data_prefix=dict(video='data/miniSports/videos')))
test_dataloader = val_dataloader
