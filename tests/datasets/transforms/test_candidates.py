import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def sample(total_frames: int, start_index: int = 0, **options) -> dict:
    transform = TRANSFORMS.build(
        dict(type='SampleCandidateFrames', **options))
    return transform(dict(total_frames=total_frames, start_index=start_index))


def test_centres_in_testing():
    results = sample(50, num_candidates=10, test_mode=True)
    assert results['frame_inds'].tolist() == list(range(2, 50, 5))
    assert (results['num_clips'], results['clip_len']) == (10, 1)


def test_random_inside_each_segment_in_training():
    np.random.seed(0)
    draws = np.stack([
        sample(57, num_candidates=10)['frame_inds'] for _ in range(300)])
    edges = np.arange(11) * 5.7
    assert (draws >= np.floor(edges[:-1])).all()
    assert (draws < edges[1:]).all()
    assert set(draws[:, 0]) == set(range(6))


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize('total_frames', [1, 4, 9])
def test_short_videos_repeat_frames(total_frames, test_mode):
    results = sample(total_frames, num_candidates=10, test_mode=test_mode)
    inds = results['frame_inds']
    assert len(inds) == 10 and inds.min() >= 0 and inds.max() < total_frames
    assert (np.diff(inds) >= 0).all()
    assert len(set(inds)) < 10


def test_start_index_is_added():
    assert sample(10, 1, num_candidates=10, test_mode=True)[
        'frame_inds'].tolist() == list(range(1, 11))


@pytest.mark.parametrize('num_candidates', [1, 4, 10])
def test_seeded_frames_are_those_of_the_released_code(num_candidates):
    """MMAction2 took its ``UniformSampleFrames`` over."""
    theirs = TRANSFORMS.build(
        dict(type='UniformSampleFrames', clip_len=num_candidates,
             test_mode=True, seed=255))
    lengths = [*range(1, 60), 117, 3783, 100_003]
    for total_frames in lengths:
        expected = theirs(dict(total_frames=total_frames, start_index=1))
        got = sample(total_frames, 1, num_candidates=num_candidates,
                     test_mode=True, test_seed=255)
        assert got['frame_inds'].tolist() == expected['frame_inds'].tolist()
        assert got['frame_inds'].dtype == np.int64
        assert len(set(got['frame_inds'])) == min(num_candidates, total_frames)


def test_seeded_frames_depend_on_the_video_alone():
    """Neither on videos before, nor do they touch the random state."""
    options = dict(num_candidates=10, test_mode=True, test_seed=3)
    np.random.seed(0)
    first = np.random.rand(2)
    np.random.seed(0)
    inds = sample(500, **options)['frame_inds']
    sample(31, **options)
    assert (np.random.rand(2) == first).all()
    assert (sample(500, **options)['frame_inds'] == inds).all()
    other = sample(500, **{**options, 'test_seed': 4})['frame_inds']
    assert (other != inds).any()
    edges = np.arange(11) * 50
    assert (inds >= edges[:-1]).all() and (inds < edges[1:]).all()


def test_errors():
    with pytest.raises(ValueError, match='at least 1, but got 0'):
        sample(10, num_candidates=0)
    with pytest.raises(ValueError, match='has no frames'):
        sample(0, num_candidates=3)
    with pytest.raises(ValueError, match='test_seed=1 acts in testing'):
        sample(10, num_candidates=3, test_seed=1)
    with pytest.raises(TypeError, match='num_clip'):
        sample(10, num_candidates=3, num_clip=4)
