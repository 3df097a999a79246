# Baseline without selection: the classifier on 25 frames of every video.
_base_ = './ocsampler_mobilenetv2-tsm-r50-uniform_4xb16-t10n6-50e_anet-rgb.py'
model = dict(num_candidates=25, num_selected=25)

train_pipeline = _base_.train_pipeline
train_pipeline[1].num_candidates = 25
test_pipeline = _base_.test_pipeline
test_pipeline[1].num_candidates = 25
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
