# The generated long needle set: an event among decoys. The classifier is that of
# configs/ocsampler_needle.py (trained in its stage "warmup", kept afterwards), which
# knows the plates and nothing of the long videos.
_base_ = [
    '../_base_/datasets/needle_long_clips.py', '../_base_/default_runtime.py'
]

model = dict(
    type='SCSampler',
    num_selected=6,
    policy=dict(type='AVUnionList', num_visual=4),
    visual_saliency_net=dict(
        type='ClipSaliencyNet',
        nets=dict(
            motion_displacement=dict(
                type='SaliencyNet',
                backbone=dict(
                    type='mmpretrain.ResNet_CIFAR',
                    depth=18,
                    in_channels=2,
                    stem_channels=16,
                    base_channels=16,
                    num_stages=2,
                    strides=(1, 2),
                    dilations=(1, 1),
                    out_indices=(1, )),
                head=dict(type='SaliencyHead', in_channels=32))),
        loss=dict(type='SaliencyRankingLoss', margin=0.2)),
    audio_saliency_net=dict(
        type='ClipSaliencyNet',
        nets=dict(
            log_mel=dict(
                type='SaliencyNet',
                backbone=dict(
                    type='AudioVGG', base_channels=8, out_channels=64),
                head=dict(type='SaliencyHead', in_channels=64))),
        loss=dict(type='SaliencyRankingLoss', margin=0.2)),
    classifier=dict(
        type='Recognizer2D',
        backbone=dict(
            type='mmpretrain.ResNet',
            depth=18,
            stem_channels=16,
            base_channels=16,
            num_stages=3,
            strides=(1, 2, 2),
            dilations=(1, 1, 1),
            out_indices=(2, )),
        cls_head=dict(
            type='TSNMaxPoolHead',
            num_classes=8,
            in_channels=64,
            dropout_ratio=0.)),
    component_checkpoints=dict(
        classifier=dict(
            checkpoint='work_dirs/ocsampler_needle/epoch_24.pth',
            prefix='classifier.')),
    reference_video=dict(
        num_clips=32,
        clip_len=4,
        features=dict(
            # Of frames that lie 4 apart every third is an I-frame.
            motion_displacement=(8 / 3, 2, 7, 7),
            log_mel=(1, 1, 40, 200))),
    data_preprocessor=dict(
        type='ClipDataPreprocessor',
        features=dict(
            motion_displacement=dict(mean=0., std=2.),
            log_mel=dict(mean=-7., std=4.)),
        clips=dict(mean=[127.5, 127.5, 127.5], std=[64., 64., 64.])))

train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=12, val_begin=12, val_interval=6)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
sampler_stage = dict(
    name='sampler',
    epochs=12,
    param_scheduler=[
        dict(type='OneCycleLR', eta_max=2e-3, convert_to_iter_based=True)
    ])
custom_hooks = [dict(type='TrainingStageHook', stages=[sampler_stage])]
auto_scale_lr = dict(enable=False, base_batch_size=8)
randomness = dict(seed=0)
