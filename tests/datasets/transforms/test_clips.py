import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def sample(total_frames=100, start_index=0, **options):
    transform = TRANSFORMS.build(dict(type='SampleVideoClips', **options))
    return transform(dict(total_frames=total_frames, start_index=start_index))


def test_clips_cover_the_video():
    results = sample(clip_len=16)
    np.testing.assert_array_equal(results['frame_inds'], np.arange(96))
    np.testing.assert_array_equal(results['clip_inds'], np.arange(6))
    assert results['num_clips'] == results['total_clips'] == 6
    assert results['clip_len'] == 16
    assert results['frame_interval'] == 1


def test_every_nth_clip():
    results = sample(clip_len=16, clip_stride=4, start_index=1)
    np.testing.assert_array_equal(results['clip_inds'], [0, 4])
    np.testing.assert_array_equal(
        results['frame_inds'], [*range(1, 17), *range(65, 81)])
    assert (results['num_clips'], results['total_clips']) == (2, 6)


def test_frame_interval():
    results = sample(clip_len=4, frame_interval=10)
    np.testing.assert_array_equal(
        results['frame_inds'].reshape(2, 4),
        [[0, 10, 20, 30], [40, 50, 60, 70]])


def test_short_video_repeats_its_last_frame():
    results = sample(total_frames=3, clip_len=5)
    np.testing.assert_array_equal(results['frame_inds'], [0, 1, 2, 2, 2])
    assert results['total_clips'] == 1


def test_part_of_the_clips():
    results = sample(clip_len=10, num_clips=5, test_mode=True)
    np.testing.assert_array_equal(results['clip_inds'], [1, 3, 5, 7, 9])
    drawn = set()
    for _ in range(20):
        inds = sample(clip_len=10, num_clips=5)['clip_inds']
        assert len(set(inds)) == 5
        assert (np.diff(inds) > 0).all()
        drawn.update(inds.tolist())
    assert len(drawn) == 10
    inds = sample(total_frames=20, clip_len=10, num_clips=5)['clip_inds']
    assert sorted(np.bincount(inds)) == [2, 3]


@pytest.mark.parametrize('options', [
    dict(clip_len=0), dict(clip_len=1, clip_stride=0),
    dict(clip_len=1, frame_interval=0), dict(clip_len=1, num_clips=0)])
def test_numbers_are_checked(options):
    with pytest.raises(ValueError, match='must be at least 1'):
        sample(**options)


def test_empty_video():
    with pytest.raises(ValueError, match='has no frames'):
        sample(total_frames=0, clip_len=1)
