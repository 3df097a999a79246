# The networks of the AdaFocus family on the generated needle set. Random
# patches seldom show what matters there, so the local one should start from
# the classifier of a trained OCSampler, which has the same layers:
#   --cfg-options \
#   model.component_checkpoints.local_cnn.checkpoint=OCSAMPLER_NEEDLE.pth \
#   model.component_checkpoints.local_cnn.prefix=classifier.backbone.
model = dict(
    num_candidates=10,
    patch_size=40,
    global_cnn=dict(
        type='mmpretrain.ResNet',
        depth=18,
        stem_channels=16,
        base_channels=16,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1, )),
    local_cnn=dict(
        type='mmpretrain.ResNet',
        depth=18,
        stem_channels=16,
        base_channels=16,
        num_stages=3,
        strides=(1, 2, 2),
        dilations=(1, 1, 1),
        out_indices=(2, )),
    data_preprocessor=dict(
        type='InPlaceDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[64., 64., 64.],
        format_shape='NCHW'))
