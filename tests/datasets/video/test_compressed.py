"""Motion and residuals of videos whose motion is known."""
import gc

import av
import numpy as np
import pytest
from helpers_video import (EXACT, INEXACT, moving_texture, write_frames,
                           write_two_sizes)

from mmaction_sampler.datasets.video import (CompressedReader, VideoError,
                                             VideoReader, read_index)
from mmaction_sampler.datasets.video.motion_vectors import (
    iter_coded_frames, open_for_vectors)

# Neither side is a multiple of 16.
HEIGHT, WIDTH, NUM_FRAMES = 72, 104, 14
SHIFT = (3, -2)


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    folder = tmp_path_factory.mktemp('moving')
    frames = moving_texture(NUM_FRAMES, HEIGHT, WIDTH, SHIFT)

    def write(kind):
        path = folder / f'{kind}.mp4'
        if not path.exists():
            write_frames(path, frames, **{**EXACT, **INEXACT}[kind])
        return str(path)

    return write


def read(path, **options):
    with CompressedReader(path, **options) as reader:
        return reader.motion_source, list(
            reader.iter_features(np.arange(len(reader))))


@pytest.mark.parametrize('kind', [*EXACT, *INEXACT])
def test_displacement_of_a_translation(video, kind):
    source, frames = read(video(kind))
    assert source == ('raw' if kind in EXACT else 'normalised')
    assert [f.number for f in frames] == list(range(NUM_FRAMES))
    assert [f.number for f in frames if f.is_i_frame] == [0, 12]
    for frame in frames:
        motion = frame.motion
        assert motion.displacement.shape == (5, 7, 2)
        assert motion.displacement.dtype == np.float32
        assert motion.coverage.shape == (5, 7)
        if frame.is_i_frame:
            assert not motion.displacement.any()
            assert not motion.coverage.any()
        else:
            # Content that comes in at a border has no place to come from.
            np.testing.assert_array_equal(
                np.median(motion.displacement[1:-1, 1:-1], (0, 1)), SHIFT)
            assert (motion.displacement[1:-1, 1:-1] == SHIFT).mean() > 0.9
    # Border blocks are there, also those that reach beyond the picture.
    moved = np.median([f.motion.displacement for f in frames
                       if not f.is_i_frame], 0)
    for border in (moved[0], moved[-1], moved[:, 0], moved[:, -1]):
        assert np.abs(np.median(border, 0) - SHIFT).max() <= 0.5


def brute_force_warp(image, vectors):
    """Pixel by pixel, from the codec's own numbers."""
    height, width = image.shape[:2]
    warped = image.copy()
    for block in vectors:
        dx, dy = np.rint(
            np.array([block['motion_x'], block['motion_y']])
            / block['motion_scale']).astype(int)
        for y in range(block['dst_y'] - block['h'] // 2,
                       block['dst_y'] + block['h'] // 2):
            for x in range(block['dst_x'] - block['w'] // 2,
                           block['dst_x'] + block['w'] // 2):
                if 0 <= y < height and 0 <= x < width:
                    warped[y, x] = image[min(max(y + dy, 0), height - 1),
                                         min(max(x + dx, 0), width - 1)]
    return warped


@pytest.mark.parametrize('kind', [*EXACT, 'h264_b', 'h264_refs'])
def test_warped_reference_and_residual_are_the_frame(video, kind):
    source, frames = read(video(kind), residual_from='previous')
    with open_for_vectors(video(kind), source, True) as reader:
        coded = list(iter_coded_frames(reader, source, 0, NUM_FRAMES))
        for before, code, frame in zip(frames, coded[1:], frames[1:]):
            assert frame.rgb_residual.dtype == np.int16
            if frame.is_i_frame:
                assert not frame.rgb_residual.any()
                continue
            warped = brute_force_warp(before.rgb, code.motion_vectors)
            np.testing.assert_array_equal(warped + frame.rgb_residual,
                                          frame.rgb)
            # Motion explains the frame, which the one before it does not.
            inner = (slice(16, 48), slice(16, 80))
            left = np.abs(frame.rgb_residual[inner]).mean()
            change = np.abs(frame.rgb[inner].astype(int)
                            - before.rgb[inner]).mean()
            assert left < change / 3


@pytest.mark.parametrize('kind', ['mpeg4', 'h264_b'])
def test_residual_from_the_i_frame(video, kind):
    _, frames = read(video(kind), residual_from='i_frame')
    source, adjacent = read(video(kind), residual_from='previous')
    sources = None
    with open_for_vectors(video(kind), source, True) as reader:
        for frame, near, code in zip(
                frames, adjacent,
                iter_coded_frames(reader, source, 0, NUM_FRAMES)):
            if code.is_i_frame:
                # Colours of an image whose pixels say where they are.
                y, x = np.mgrid[:HEIGHT, :WIDTH]
                sources, i_frame = np.stack([y, x, y], -1), frame.rgb
                continue
            sources = brute_force_warp(sources, code.motion_vectors)
            predicted = i_frame[sources[..., 0], sources[..., 1]]
            np.testing.assert_array_equal(predicted + frame.rgb_residual,
                                          frame.rgb)
            if code.number == 1:
                np.testing.assert_array_equal(frame.rgb_residual,
                                              near.rgb_residual)


@pytest.mark.parametrize('kind', ['mpeg4', 'h264', 'h264_b'])
def test_a_clip_is_read_as_the_whole_is(video, kind):
    _, whole = read(video(kind), residual_from='previous')
    with CompressedReader(video(kind), 'previous') as reader:
        some = list(reader.iter_features(np.array([13, 5, 5, 6])))
    assert [f.number for f in some] == [5, 6, 13]
    for frame in some:
        same = whole[frame.number]
        if reader.motion_source == 'raw' or frame.number < 12:
            np.testing.assert_array_equal(frame.rgb_residual,
                                          same.rgb_residual)
        np.testing.assert_allclose(
            np.median(frame.motion.displacement, (0, 1)), SHIFT)


def test_a_container_that_calls_every_frame_a_key_frame(tmp_path):
    frames = moving_texture(30, 144, 176, SHIFT)
    path = write_frames(tmp_path / 'a.avi', frames, 'h263p')
    assert len(read_index(str(path)).key_numbers()) == 30
    with CompressedReader(path, 'previous') as reader:
        assert reader.motion_source == 'raw'
        whole = list(reader.iter_features(np.arange(30)))
        assert sum(frame.is_i_frame for frame in whole) == 3
        for number in (27, 5, 12):
            alone, = reader.iter_features([number])
            assert alone.is_i_frame == whole[number].is_i_frame
            np.testing.assert_array_equal(alone.rgb_residual,
                                          whole[number].rgb_residual)


def test_the_file_is_not_decoded_up_to_the_clip(tmp_path, monkeypatch):
    path = write_frames(tmp_path / 'a.mp4',
                        moving_texture(60, 32, 32, (1, 0)), **EXACT['h264'])
    seen = []
    iter_frames = VideoReader.iter_frames

    def spy(self, start=0, stop=None):
        seen.append((start, stop))
        yield from iter_frames(self, start, stop)

    monkeypatch.setattr(VideoReader, 'iter_frames', spy)
    with CompressedReader(str(path)) as reader:
        list(reader.iter_features(np.array([2, 50, 51])))
    assert seen == [(0, 3), (48, 52)]


def test_raw_insists(video):
    assert read(video('mpeg4'), motion_source='normalised')[0] == 'normalised'
    with pytest.raises(VideoError, match='inexact, because it has B-frames'):
        CompressedReader(video('h264_b'), motion_source='raw')
    with pytest.raises(VideoError, match='has 4 reference frames'):
        CompressedReader(video('h264_refs'), motion_source='raw')


def test_blocks_that_overlap_are_no_exact_prediction(tmp_path):
    path = str(write_frames(tmp_path / 'a.avi',
                            moving_texture(4, 64, 64, SHIFT), codec='snow',
                            options={'motion_est': 'iter'}))
    source, frames = read(path, residual_from='previous')
    assert (source, len(frames)) == ('normalised', 4)
    np.testing.assert_allclose(
        np.median(frames[-1].motion.displacement, (0, 1)), SHIFT)


def test_codecs_without_vectors_are_named(tmp_path):
    path = str(write_frames(tmp_path / 'a.mkv',
                            moving_texture(3, 32, 32, (1, 0)), codec='ffv1'))
    with pytest.raises(VideoError,
                       match='coded in ffv1.*tools/data/reencode.py'):
        CompressedReader(path)
    source, frames = read(path, motion_source='normalised')
    assert (source, len(frames)) == ('normalised', 3)


def test_a_size_that_changes_is_told_wherever_reading_begins(tmp_path):
    path = str(write_two_sizes(tmp_path / 'a.avi'))
    with CompressedReader(path, motion_source='raw') as reader:
        assert [f.width for f in reader.iter_features([5, 20])] == [64, 64]
        for inds in ([23, 24], [40]):
            with pytest.raises(VideoError, match='another size than its fir'):
                list(reader.iter_features(inds))
    with CompressedReader(path, motion_source='normalised') as reader:
        for inds in ([23, 24], [40]):
            sizes = {(f.height, f.width, f.motion.displacement.shape)
                     for f in reader.iter_features(inds)}
            assert sizes == {(48, 64, (3, 4, 2))}


def test_options_and_numbers_are_checked(video):
    with pytest.raises(ValueError, match='motion_source must be'):
        CompressedReader(video('mpeg4'), motion_source='best')
    with pytest.raises(ValueError, match='residual_from must be'):
        CompressedReader(video('mpeg4'), residual_from='next')
    with CompressedReader(video('mpeg4')) as reader:
        for inds in ([-1], [NUM_FRAMES]):
            with pytest.raises(IndexError, match='frames 0 to 13'):
                list(reader.iter_features(np.array(inds)))


def test_the_decoder_gets_its_memory_back(video):
    """Frames in a cycle would wait for the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        with open_for_vectors(video('mpeg4'), 'raw', False) as reader:
            for coded in iter_coded_frames(reader, 'raw', 0, NUM_FRAMES):
                assert len(coded.motion_vectors) or coded.is_i_frame
        del coded
        # The decoder has one of its own, without a picture.
        assert sum(isinstance(thing, av.VideoFrame)
                   for thing in gc.get_objects()) <= 1
    finally:
        gc.enable()
