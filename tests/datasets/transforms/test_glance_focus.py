"""Frames for the glance, then frames to look at closely."""
import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def build(**options):
    return TRANSFORMS.build(dict(type='SampleGlanceFocusFrames', **options))


def test_centres_of_each_set_in_testing():
    results = build(num_glance=2, num_focus=4, test_mode=True)(
        dict(total_frames=40, start_index=1))
    assert results['frame_inds'].tolist() == [11, 31, 6, 16, 26, 36]
    assert results['num_clips'] == 6 and results['clip_len'] == 1


def test_both_sets_spread_over_the_video_in_training():
    np.random.seed(0)
    sample = build(num_glance=2, num_focus=4)
    drawn = np.stack([
        sample(dict(total_frames=40, start_index=0))['frame_inds']
        for _ in range(300)])
    assert drawn.min(0).tolist() == [0, 20, 0, 10, 20, 30]
    assert drawn.max(0).tolist() == [19, 39, 9, 19, 29, 39]


def test_short_videos_repeat_frames():
    results = build(num_glance=2, num_focus=3, test_mode=True)(
        dict(total_frames=2, start_index=0))
    assert results['frame_inds'].max() <= 1
    assert len(set(results['frame_inds'])) == 2


def test_errors():
    with pytest.raises(ValueError, match='at least 1, but got 0 and 3'):
        build(num_glance=0, num_focus=3)
    with pytest.raises(ValueError, match='here.mp4 has no frames'):
        build()(dict(total_frames=0, start_index=0, filename='here.mp4'))
