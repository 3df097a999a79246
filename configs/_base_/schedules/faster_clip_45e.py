# A clip model by itself, from scratch, 45 epochs with a cosine (FASTER
# Sec. 4); learning rate and warm-up are ours.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=45, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=40, norm_type=2))
param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.1,
        by_epoch=True,
        begin=0,
        end=5,
        convert_to_iter_based=True),
    dict(
        type='CosineAnnealingLR',
        T_max=40,
        eta_min=0,
        by_epoch=True,
        begin=5,
        end=45,
        convert_to_iter_based=True)
]
# The learning rate belongs to 128 videos an iteration (8 GPUs x 16).
auto_scale_lr = dict(enable=False, base_batch_size=128)
