# Baseline: the classifier of the OCSampler on random candidates.
_base_ = 'ocsampler_mobilenetv2-tsm-w0.35-r18-w16_1xb32-t10n3-12e-12e_needle-rgb.py'

model = dict(
    skim_network=None,
    policy=dict(_delete_=True, type='RandomPolicy'))
# Five draws of every video, so that the draw itself adds little noise.
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='RepeatDataset',
        times=5,
        dataset=dict(
            type='UntrimmedVideoDataset',
            ann_file='data/needle/annotations/test.txt',
            data_prefix=dict(video='data/needle/videos'),
            num_classes=8,
            pipeline={{_base_.test_pipeline}},
            test_mode=True)))
