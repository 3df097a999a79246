import numpy as np
import pytest
from helpers_video import moving_texture, write_frames
from mmaction.registry import TRANSFORMS


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp('sparse') / 'a.mp4'
    return str(write_frames(path, moving_texture(30, 48, 64, (1, 2)),
                            max_b_frames=2))


def run(video, *kinds):
    results = dict(filename=video, start_index=0)
    first, last = kinds
    for options in (dict(type=first),
                    dict(type='SampleCandidateFrames', num_candidates=5,
                         test_mode=True), dict(type=last)):
        results = TRANSFORMS.build(options)(results)
    return results


def test_stands_in_for_decord(video):
    ours = run(video, 'PyAVSparseInit', 'PyAVSparseDecode')
    theirs = run(video, 'DecordInit', 'DecordDecode')
    for key in ('total_frames', 'original_shape', 'img_shape'):
        assert ours[key] == theirs[key]
    assert ours['avg_fps'] == pytest.approx(theirs['avg_fps'])
    np.testing.assert_array_equal(ours['frame_inds'], theirs['frame_inds'])
    assert len(ours['imgs']) == 5
    for mine, other in zip(ours['imgs'], theirs['imgs']):
        assert mine.dtype == np.uint8
        assert np.abs(mine.astype(int) - other).max() <= 2


def test_frame_numbers_are_checked(video):
    decode = TRANSFORMS.build(dict(type='PyAVSparseDecode'))
    results = decode(dict(filename=video, frame_inds=np.array([[1], [2]])))
    assert results['frame_inds'].shape == (2, )
    with pytest.raises(IndexError):
        decode(dict(filename=video, frame_inds=np.array([30])))


def test_repeated_frames_are_flipped_once(video):
    decode = TRANSFORMS.build(dict(type='PyAVSparseDecode'))
    flip = TRANSFORMS.build(dict(type='Flip', flip_ratio=1.))
    results = decode(dict(filename=video, frame_inds=np.array([4, 4, 7])))
    expected = [image[:, ::-1].copy() for image in results['imgs']]
    results = flip(dict(results, modality='RGB'))
    for image, mirrored in zip(results['imgs'], expected):
        np.testing.assert_array_equal(image, mirrored)


def test_turned_video_can_be_flipped(tmp_path):
    frames = moving_texture(3, 32, 64, (1, 0))
    path = str(write_frames(tmp_path / 'turned.mp4', frames, rotation=90))
    decode = TRANSFORMS.build(dict(type='PyAVSparseDecode'))
    flip = TRANSFORMS.build(dict(type='Flip', flip_ratio=1.))
    results = decode(dict(filename=path, frame_inds=np.array([1])))
    upright = results['imgs'][0].copy()
    assert upright.shape == (64, 32, 3)
    results = flip(dict(results, modality='RGB'))
    np.testing.assert_array_equal(results['imgs'][0], upright[:, ::-1])
