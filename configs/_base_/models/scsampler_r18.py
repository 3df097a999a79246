# SCSampler Sec. 4.1.1: ResNet-18 on motion displacement and on RGB residuals,
# trained as action classifiers; a VGG on sound, trained to rank; the union of
# both lists makes K = 10 clips for the classifier, here MC3-18. What of
# ImageNet's weights has another shape (two channels of motion) starts anew.
pretrained = dict(type='Pretrained', checkpoint='torchvision://resnet18')
model = dict(
    type='SCSampler',
    num_selected=10,
    policy=dict(type='AVUnionList', num_visual=8),
    visual_saliency_net=dict(
        type='ClipSaliencyNet',
        nets=dict(
            motion_displacement=dict(
                type='SaliencyNet',
                backbone=dict(
                    type='mmpretrain.ResNet',
                    depth=18,
                    in_channels=2,
                    init_cfg=pretrained),
                head=dict(
                    type='ActionSaliencyHead',
                    num_classes=487,
                    in_channels=512,
                    dropout_ratio=0.5)),
            rgb_residual=dict(
                type='SaliencyNet',
                backbone=dict(
                    type='mmpretrain.ResNet', depth=18, init_cfg=pretrained),
                head=dict(
                    type='ActionSaliencyHead',
                    num_classes=487,
                    in_channels=512,
                    dropout_ratio=0.5))),
        loss=dict(type='ActionClassificationLoss')),
    audio_saliency_net=dict(
        type='ClipSaliencyNet',
        nets=dict(
            log_mel=dict(
                type='SaliencyNet',
                backbone=dict(type='AudioVGG'),
                head=dict(
                    type='SaliencyHead', in_channels=512,
                    dropout_ratio=0.5))),
        loss=dict(type='SaliencyRankingLoss', margin=0.1)),
    classifier=dict(
        type='Recognizer3D',
        backbone=dict(type='MC3', depth=18),
        cls_head=dict(
            type='I3DHead',
            num_classes=487,
            in_channels=512,
            spatial_type='avg',
            dropout_ratio=0.5)),
    # None is published for Sports-1M: train one, or convert one.
    component_checkpoints=dict(
        classifier='checkpoints/mc3-r18_sports1m.pth'),
    # 336 s, the mean of Sports-1M, at 16 frames a second. Of 16 frames 15
    # are P-frames where groups have 12.
    reference_video=dict(
        num_clips=336,
        clip_len=16,
        features=dict(
            motion_displacement=(15, 2, 14, 14),
            rgb_residual=(15, 3, 224, 224),
            i_frame=(1, 3, 224, 224),
            log_mel=(1, 1, 40, 200))),
    data_preprocessor=dict(
        type='ClipDataPreprocessor',
        # Of zero mean by their nature; the scales are ours.
        features=dict(
            motion_displacement=dict(mean=0., std=4.),
            rgb_residual=dict(mean=0., std=16.),
            i_frame=dict(
                mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
            log_mel=dict(mean=-7., std=4.)),
        # torchvision's, whose weights fit R3D, MC3 and R2Plus1D.
        clips=dict(
            mean=[110.2, 100.64, 95.996], std=[58.148, 56.47, 55.332])))
