# Kinetics-400 for a clip model by itself: one random clip of L = 32
# consecutive frames in training, N = 8 evenly spread ones in testing, whose
# scores are averaged (FASTER Sec. 4, Table 2).
_base_ = 'kinetics400_faster_n8_l32.py'

train_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=1, num_clips=1),
    dict(type='PyAVSparseDecode'),
    dict(type='RandomRescale', scale_range=(256, 320)),
    dict(type='RandomCrop', size=224),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys={{_base_.meta_keys}})
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
# Not a model of components: nothing says what a video cost.
val_evaluator = [
    dict(
        type='AccMetric',
        metric_list=('top_k_accuracy', ),
        metric_options=dict(top_k_accuracy=dict(topk=(1, 5))))
]
test_evaluator = val_evaluator
