import math

import numpy as np
import pytest
from helpers_video import moving_texture, write_frames
from mmaction.registry import TRANSFORMS

from mmaction_sampler.datasets.transforms.audio import cut_out
from mmaction_sampler.datasets.video_loader import load_video

SILENCE = math.log(1e-6)


def write(path, sound):
    return str(write_frames(path, moving_texture(40, 32, 32, (1, 0)),
                            codec='mpeg4', sound=sound))


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    """Four seconds: a tone in the third one."""
    sound = np.zeros(4 * 16000, np.float32)
    sound[32000:48000] = np.sin(np.arange(16000) * 2 * np.pi * 880 / 16000) / 2
    return write(tmp_path_factory.mktemp('sound') / 'a.mkv', sound)


@pytest.fixture(scope='module')
def silent(tmp_path_factory):
    return write(tmp_path_factory.mktemp('silent') / 'b.mkv', None)


def load(path, clip_len=10, **options):
    clips = TRANSFORMS.build(
        dict(type='SampleVideoClips', clip_len=clip_len))(
            dict(filename=path, total_frames=40, start_index=0))
    return TRANSFORMS.build(dict(type='LoadLogMel', **options))(clips)


def test_the_tone_is_where_it_is(video):
    results = load(video)
    images = results['log_mel']
    assert images.shape == (4, 1, 40, 200)
    assert images.dtype == np.float32
    assert results['has_audio'] is True
    loud = images[:, 0].max(1) > -5  # (clips, steps)
    # Clips of a second, segments of two, the clip in the middle.
    assert not loud[0].any()
    for clip, place in ((1, slice(150, 200)), (2, slice(50, 150)),
                        (3, slice(0, 50))):
        expected = np.zeros(200, bool)
        expected[place] = True
        assert (loud[clip] == expected).mean() > 0.97
    # 880 Hz is in one place of the mel axis.
    peak = images[2, 0, :, 60:140].argmax(0)
    assert len(set(peak)) == 1


def test_clips_that_are_subsets(video):
    every = load(video)['log_mel']
    clips = dict(filename=video, frame_inds=np.arange(20, 30), num_clips=1,
                 clip_len=10, frame_interval=1)
    one = TRANSFORMS.build(dict(type='LoadLogMel'))(clips)['log_mel']
    np.testing.assert_allclose(one[0], every[2], atol=1e-4)


def test_video_without_sound(silent):
    with pytest.raises(ValueError, match="b.mkv has no sound.*'silence'"):
        load(silent)
    results = load(silent, without_audio='silence')
    assert results['has_audio'] is False
    assert results['log_mel'].shape == (4, 1, 40, 200)
    np.testing.assert_allclose(results['log_mel'], SILENCE, rtol=1e-6)


def test_cache(video, silent, tmp_path, monkeypatch):
    options = dict(cache_dir=str(tmp_path), without_audio='silence')
    first, without = load(video, **options), load(silent, **options)
    monkeypatch.setattr('mmaction_sampler.datasets.transforms.audio.'
                        'read_sound', None)
    np.testing.assert_array_equal(
        load(video, **options)['log_mel'], first['log_mel'])
    assert load(silent, **options)['has_audio'] is False
    with pytest.raises(ValueError, match='has no sound'):
        load(silent, cache_dir=str(tmp_path))
    assert without['has_audio'] is False


def test_cache_knows_the_interval(video, tmp_path):
    """Clips of one frame are of the same frames at any interval."""
    loaded = {}
    for interval in (2, 4):
        for cache_dir in (None, str(tmp_path)):
            loaded[interval, cache_dir] = TRANSFORMS.build(
                dict(type='LoadLogMel', cache_dir=cache_dir))(
                    dict(filename=video, frame_inds=np.array([20]),
                         num_clips=1, clip_len=1, frame_interval=interval)
                )['log_mel']
        np.testing.assert_array_equal(
            loaded[interval, None], loaded[interval, str(tmp_path)])
    assert np.abs(loaded[2, None] - loaded[4, None]).max() > 1


def test_full_disk_is_no_broken_video(video, tmp_path, monkeypatch):
    def fail(*args, **arrays):
        raise OSError(28, 'No space left on device')

    transform = TRANSFORMS.build(
        dict(type='LoadLogMel', cache_dir=str(tmp_path)))
    monkeypatch.setattr('numpy.savez', fail)
    results = dict(filename=video, frame_inds=np.arange(20), num_clips=2,
                   clip_len=10, frame_interval=1)
    with pytest.warns(UserWarning, match='No space left'):
        loaded = load_video([transform], results)
    assert loaded['log_mel'].shape == (2, 1, 40, 200)


def test_cut_out():
    samples = np.arange(1, 6, dtype=np.float32)
    np.testing.assert_array_equal(
        cut_out(samples, np.array([-2, 1, 4, 9]), 3),
        [[0, 0, 1], [2, 3, 4], [5, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize('options,message', [
    (dict(num_mels=0), 'num_mels must be at least 1'),
    (dict(without_audio='skip'), 'without_audio must be')])
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        TRANSFORMS.build(dict(type='LoadLogMel', **options))
