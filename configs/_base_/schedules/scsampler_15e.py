# SCSampler App. B: visual nets at 0.001, what is pretrained 100 times slower;
# the audio net at 0.01, all of it, as no pretrained weights are at hand. The
# visual rate falls with the audio one, not on a plateau.
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=15, val_begin=15, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.001, momentum=0.9, weight_decay=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            'visual_saliency_net.nets.motion_displacement.backbone':
            dict(lr_mult=0.01),
            'visual_saliency_net.nets.motion_displacement.backbone.conv1':
            dict(lr_mult=1.),
            'visual_saliency_net.nets.rgb_residual.backbone':
            dict(lr_mult=0.01),
            'visual_saliency_net.nets.i_frame.backbone':
            dict(lr_mult=0.01),
            'audio_saliency_net':
            dict(lr_mult=10.),
        }))
sampler_stage = dict(
    name='sampler',
    epochs=15,
    param_scheduler=[
        dict(type='MultiStepLR', milestones=[5, 10], gamma=0.1)
    ])
custom_hooks = [dict(type='TrainingStageHook', stages=[sampler_stage])]
# The learning rates belong to 64 videos an iteration (8 GPUs x 8).
auto_scale_lr = dict(enable=False, base_batch_size=64)
