"""Chosen frames against a plain pass through the file."""
import av
import decord
import numpy as np
import pytest
from helpers_video import (assert_reads_as_decoded, moving_texture,
                           write_frames)

from mmaction_sampler.datasets.video import (VideoError, VideoReader,
                                             read_index)
from mmaction_sampler.datasets.video.sps import max_num_ref_frames

FRAMES = moving_texture(40, 48, 64, (1, 1))
KINDS = {
    'h264_b.mp4': dict(max_b_frames=3),
    'open_gop.mp4': dict(max_b_frames=3,
                         options={'x264-params': 'open-gop=1:b-pyramid=2'}),
    'h264.mkv': dict(),
    'mpeg4_b.avi': dict(codec='mpeg4', max_b_frames=2),
    'mpeg4.avi': dict(codec='mpeg4'),
    'mpeg2.ts': dict(codec='mpeg2video', max_b_frames=2),
    'raw.264': dict(max_b_frames=2),
    'variable.mkv': dict(pts=np.cumsum(np.arange(40) % 7 * 13 + 20)),
    'negative.mkv': dict(pts=np.arange(40) * 100 - 700, max_b_frames=2),
}


def decode_all(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='rgb24')
                for frame in container.decode(video=0)]


@pytest.fixture(scope='module', params=KINDS)
def video(request, tmp_path_factory):
    path = tmp_path_factory.mktemp('kinds') / request.param
    return write_frames(path, FRAMES, **KINDS[request.param])


def test_any_frames_in_any_order(video):
    whole = decode_all(video)
    with VideoReader(str(video)) as reader:
        assert len(reader) == len(whole) == 40
        for inds in ([39], [0], [35, 3, 3, 14, 13, 25], [11, 12, 13],
                     range(40)):
            found = reader.get_frames(np.array(inds))
            for number, image in zip(inds, found):
                np.testing.assert_array_equal(image, whole[number])


def test_ranges_and_key_frames(video):
    whole = decode_all(video)
    with VideoReader(str(video)) as reader:
        for start, stop in ((0, None), (10, 15), (37, 99), (5, 5)):
            numbers = []
            for number, frame in reader.iter_frames(start, stop):
                numbers.append(number)
                np.testing.assert_array_equal(
                    frame.to_ndarray(format='rgb24'), whole[number])
            assert numbers == list(range(start, min(stop or 40, 40)))
        keys = []
        for number, frame in reader.iter_key_frames(1):
            keys.append(number)
            np.testing.assert_array_equal(
                frame.to_ndarray(format='rgb24'), whole[number])
        assert len(keys) == 3
        if reader.index.pts is not None:
            assert [0, *keys] == reader.index.key_numbers().tolist()


def test_frames_that_are_no_key_frames_though_called_so(tmp_path):
    """FFmpeg takes all packets of H.263 in AVI for key frames."""
    path = write_frames(tmp_path / 'a.avi', FRAMES, 'h263p')
    assert len(read_index(str(path)).key_pts) == 40
    assert_reads_as_decoded(path, 40)


@pytest.mark.parametrize('codec', ['mpeg4', 'libx264'])
def test_headers_without_a_list_of_key_frames(tmp_path, codec):
    """Then all are. Decoders drop such frames, or make up what they lack."""
    path = write_frames(tmp_path / 'a.mp4', FRAMES, codec)
    path.write_bytes(path.read_bytes().replace(b'stss', b'free'))
    assert len(read_index(str(path)).key_pts) == 40
    whole = decode_all(path)
    assert_reads_as_decoded(path, 40)
    with VideoReader(str(path)) as reader:
        found = list(reader.iter_frames(5, 8))
        assert [number for number, _ in found] == [5, 6, 7]
        for number, frame in found:
            np.testing.assert_array_equal(
                frame.to_ndarray(format='rgb24'), whole[number])
        assert [number for number, _ in reader.iter_key_frames()] == [
            0, 12, 24, 36]


@pytest.mark.parametrize('name, options', [
    ('a.mpg', dict(codec='mpeg1video')),
    ('a.mpg', dict(codec='mpeg2video', max_b_frames=2)),
    ('a.vob', dict(codec='mpeg2video', max_b_frames=2))])
def test_program_streams(tmp_path, name, options):
    """Behind a seek, FFmpeg gives their frames other times."""
    noise = np.random.default_rng(0).integers(0, 40, (120, 64, 96, 1))
    frames = moving_texture(120, 64, 96, (1, 0)) // 2 + noise.astype(np.uint8)
    path = write_frames(tmp_path / name, frames, options={'b': '200k'},
                        rate=25, **options)
    assert_reads_as_decoded(path, 120)


def test_reading_begins_with_the_key_frame(tmp_path, monkeypatch):
    """Not with any packet that a container puts before it."""
    path = write_frames(tmp_path / 'a.ts', FRAMES, 'mpeg2video')
    with VideoReader(str(path)) as reader:
        keys = reader.index.key_pts.tolist()
        monkeypatch.setattr(reader, '_reopen', None)
        for key in keys[1:]:
            assert next(reader._packets_from(key)).pts == key
        monkeypatch.undo()
        # One that the file does not have, as if it told other times then.
        assert next(reader._packets_from(keys[2] - 1)).pts == keys[0]


def test_pixels_are_decords(tmp_path):
    path = str(write_frames(tmp_path / 'a.mp4', FRAMES, max_b_frames=3))
    inds = np.array([1, 17, 38])
    theirs = decord.VideoReader(path).get_batch(inds).asnumpy()
    with VideoReader(path) as reader:
        ours = np.stack(reader.get_frames(inds))
    assert np.abs(ours.astype(int) - theirs).max() <= 2


def test_skips_what_no_frame_refers_to(tmp_path, monkeypatch):
    path = str(write_frames(tmp_path / 'a.mp4', FRAMES, max_b_frames=3))
    with VideoReader(path) as reader:
        whole = list(reader.iter_frames())
        context = reader._stream.codec_context
        decoded = []
        group = reader._decode_group

        def spy(key, numbers):
            found = group(key, numbers)
            decoded.extend(found)
            return found

        monkeypatch.setattr(reader, '_decode_group', spy)
        reader.get_frames([10])
        assert context.skip_frame == 'DEFAULT'
        assert decoded == [10]
        assert len(whole) == 40


def test_numbers_outside_the_file(video):
    with VideoReader(str(video)) as reader:
        for number in (-1, 40):
            with pytest.raises(IndexError, match=f'frame {number} is outside'
                               f'.*frames 0 to 39'):
                reader.get_frames([number])


def test_turned_video(tmp_path):
    path = tmp_path / 'turned.mp4'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=10)
        # decord fails at turned frames of other sizes.
        stream.width, stream.height, stream.pix_fmt = 128, 64, 'yuv420p'
        stream.set_display_rotation(-90)
        for number, image in enumerate(moving_texture(12, 64, 128, (1, 1))):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    theirs = decord.VideoReader(str(path)).get_batch([1]).asnumpy()[0]
    with VideoReader(str(path)) as reader:
        np.testing.assert_array_equal(reader.get_frames([1])[0], theirs)
        coded = reader.get_frames([1], upright=False)[0]
    assert theirs.shape == (128, 64, 3)
    assert coded.shape == (64, 128, 3)


def test_damaged_file(tmp_path):
    path = write_frames(tmp_path / 'a.mkv', FRAMES)
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 2, len(content), 7):
        content[place] ^= 0xff
    path.write_bytes(bytes(content))
    try:
        with VideoReader(str(path)) as reader:
            reader.get_frames([len(reader) - 1])
    except VideoError as error:
        assert str(path) in str(error)


def test_what_is_no_video(tmp_path):
    path = tmp_path / 'text.mp4'
    path.write_text('not a video')
    with pytest.raises(VideoError, match='text.mp4 cannot be decoded'):
        VideoReader(str(path))
    with pytest.raises(FileNotFoundError, match='none.mp4 does not exist'):
        VideoReader(str(tmp_path / 'none.mp4'))


@pytest.mark.parametrize('references', [1, 3])
@pytest.mark.parametrize('suffix', ['mp4', 'ts'])
def test_references(tmp_path, references, suffix):
    path = write_frames(
        tmp_path / f'a.{suffix}', FRAMES,
        options={'x264-params': f'ref={references}:keyint=12'})
    index = read_index(str(path))
    assert index.num_references == references
    assert not index.reordered
    assert max_num_ref_frames(None) is None
    assert max_num_ref_frames(b'\0\0\1\x67\x64') is None
