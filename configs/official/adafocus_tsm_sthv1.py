# The released AdaFocus-TSM for Something-Something with 144-px patches; set
# model.patch_size for the others. Its policy chooses any place, not one of a
# grid.
_base_ = '../adafocus/adafocus-tsm_mobilenetv2-tsm-r50-tsm-p144_4xb16-t8t12-50e-50e-10e_sthv1-rgb.py'

model = dict(
    policy=dict(
        _delete_=True,
        type='ContinuousPatchPolicy',
        num_frames=8,
        in_channels=1280,
        feature_size=7,
        hidden_channels=1024))
