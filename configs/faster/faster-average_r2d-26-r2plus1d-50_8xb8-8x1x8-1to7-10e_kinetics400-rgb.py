# Table 3, average pooling: the mean of the clip models' own scores. Nothing
# is left to train once they are trained by themselves, so it is only tested;
# the stage here would train them on.
_base_ = 'faster_r2d-26-r2plus1d-50_8xb8-8x1x8-1to7-10e_kinetics400-rgb.py'

model = dict(aggregator=dict(_delete_=True, type='AverageAggregator'),
             cls_head=None)
custom_hooks = [
    dict(
        type='TrainingStageHook',
        stages=[dict(name='clip_level', epochs=10, param_scheduler=None)])
]
