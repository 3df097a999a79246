import numpy as np
import pytest
from helpers_video import EXACT, INEXACT, moving_texture, write_frames
from mmaction.registry import TRANSFORMS

from mmaction_sampler.datasets.video import CompressedReader, VideoReader

SHIFT = (3, -2)


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    folder = tmp_path_factory.mktemp('clips')
    frames = moving_texture(26, 48, 64, SHIFT)

    def write(kind):
        path = folder / f'{kind}.mp4'
        if not path.exists():
            write_frames(path, frames, **{**EXACT, **INEXACT}[kind])
        return str(path)

    return write


def clips(video, **options):
    sampler = dict(type='SampleVideoClips', clip_len=8, **options)
    return TRANSFORMS.build(sampler)(
        dict(filename=video, total_frames=26, start_index=0))


def load(results, kind='LoadMotionFeatures', **options):
    return TRANSFORMS.build(dict(type=kind, **options))(dict(results))


@pytest.mark.parametrize('kind', ['mpeg4', 'h264_b'])
def test_motion_of_clips(video, kind):
    results = load(clips(video(kind)), size=(96, 192))
    assert results['motion_source'] == (
        'raw' if kind == 'mpeg4' else 'normalised')
    motion, mask = results['motion_displacement'], results['p_frame_mask']
    assert motion.shape == (3, 8, 2, 6, 12)
    assert motion.dtype == np.float32
    assert results['motion_coverage'].shape == (3, 8, 6, 12)
    numbers = results['frame_inds'].reshape(3, 8)
    np.testing.assert_array_equal(mask, numbers % 12 != 0)
    # Twice as high and three times as wide as the video.
    np.testing.assert_allclose(
        np.median(motion[mask], (0, 2, 3)), [3 * SHIFT[0], 2 * SHIFT[1]])
    assert not motion[~mask].any()
    assert 'rgb_residual' not in results


def test_native_size_is_not_resized(video):
    results = load(clips(video('mpeg4')), size=(48, 64),
                   residual_from='previous')
    assert results['rgb_residual'].shape == (3, 8, 3, 48, 64)
    assert results['rgb_residual'].dtype == np.int16
    with CompressedReader(video('mpeg4'), 'previous') as reader:
        for frame in reader.iter_features(np.arange(24)):
            place = divmod(frame.number, 8)
            np.testing.assert_array_equal(
                results['rgb_residual'][place].transpose(1, 2, 0),
                frame.rgb_residual)
            np.testing.assert_array_equal(
                results['motion_displacement'][place].transpose(1, 2, 0),
                frame.motion.displacement)


def test_repeated_frames_and_clips(video):
    results = dict(
        filename=video('mpeg4'), num_clips=3, clip_len=3,
        frame_inds=np.array([4, 5, 6, 4, 5, 6, 25, 25, 25]))
    loaded = load(results)['motion_displacement']
    np.testing.assert_array_equal(loaded[0], loaded[1])
    np.testing.assert_array_equal(loaded[2, 0], loaded[2, 2])
    np.testing.assert_allclose(
        np.median(loaded, (1, 3, 4)), [[3 * 3.5, -2 * 14 / 3]] * 3)


def test_cache(video, tmp_path, monkeypatch):
    options = dict(size=(48, 64), residual_from='previous',
                   cache_dir=str(tmp_path))
    computed = load(clips(video('mpeg4')), **options)
    some = load(clips(video('h264'), clip_stride=2), **options)

    def refuse(self, frame_inds):
        raise RuntimeError(f'frames {frame_inds} are read')

    monkeypatch.setattr(CompressedReader, 'iter_features', refuse)
    cached = load(clips(video('mpeg4')), **options)
    assert set(cached) == set(computed)
    for name, value in computed.items():
        np.testing.assert_array_equal(cached[name], value)
    again = load(clips(video('h264'), clip_stride=2), **options)
    np.testing.assert_array_equal(again['rgb_residual'],
                                  some['rgb_residual'])
    # The clip between, and other parameters, are not there.
    with pytest.raises(RuntimeError, match='are read'):
        load(clips(video('h264')), **options)
    with pytest.raises(RuntimeError, match='are read'):
        load(clips(video('mpeg4')), **dict(options, size=(64, 64)))


@pytest.mark.parametrize('kind', ['mpeg4', 'h264_b'])
def test_i_frames(video, kind):
    results = load(clips(video(kind)), 'LoadIFrames', size=(48, 64))
    np.testing.assert_array_equal(results['i_frame_inds'], [0, 12, 12])
    assert results['i_frame'].shape == (3, 3, 48, 64)
    assert results['i_frame'].dtype == np.uint8
    frames = moving_texture(26, 48, 64, SHIFT)
    for number, image in zip([0, 12, 12], results['i_frame']):
        difference = image.transpose(1, 2, 0).astype(int) - frames[number]
        assert np.abs(difference).mean() < 8


def test_cache_of_i_frames(video, tmp_path, monkeypatch):
    options = dict(size=(48, 64), cache_dir=str(tmp_path))
    computed = load(clips(video('mpeg4')), 'LoadIFrames', **options)
    plain = load(clips(video('mpeg4')), 'LoadIFrames', size=(48, 64))

    def refuse(self, frame_inds, upright):
        raise RuntimeError(f'frames {frame_inds} are read')

    monkeypatch.setattr(VideoReader, 'get_frames', refuse)
    cached = load(clips(video('mpeg4')), 'LoadIFrames', **options)
    for name in ('i_frame', 'i_frame_inds'):
        for found in (computed, cached):
            assert found[name].dtype == plain[name].dtype
            np.testing.assert_array_equal(found[name], plain[name])
    with pytest.raises(RuntimeError, match='are read'):
        load(clips(video('mpeg4')), 'LoadIFrames',
             **dict(options, motion_source='normalised'))


@pytest.mark.parametrize('options,message', [
    (dict(size=(224, 225)), 'multiples of 16'),
    (dict(residual_from='next'), 'residual_from must be'),
    (dict(motion_source='best'), 'motion_source must be')])
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        TRANSFORMS.build(dict(type='LoadMotionFeatures', **options))


def test_clips_out_of_order(video):
    results = clips(video('mpeg4'))
    results['frame_inds'] = results['frame_inds'][::-1]
    with pytest.raises(ValueError, match='clips must be in ascending order'):
        load(results)
