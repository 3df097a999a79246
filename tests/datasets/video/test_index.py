import shutil

import av
import pytest
from helpers import write_video
from helpers_video import remux

from mmaction_sampler.datasets.video import refuse_incomplete


def in_container(source, target, **options):
    """The same packets in another container; in AVI, another codec."""
    if target.suffix == '.avi':
        return write_video(target, num_frames=60, codec='mpeg4')
    return remux(source, target, **options)


@pytest.fixture
def video(tmp_path):
    return write_video(tmp_path / 'video.mp4', num_frames=60)


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * share)])
    return path


def test_whole_files_pass(video, tmp_path):
    for name in ('a.mp4', 'a.avi', 'a.mkv', 'a.mov'):
        refuse_incomplete(str(in_container(video, tmp_path / name)))


@pytest.mark.parametrize('share', [0.85])
@pytest.mark.parametrize('name,options', [
    ('a.avi', {}), ('a.mp4', dict(movflags='faststart'))])
def test_promised_frames_that_are_missing(video, tmp_path, share, name,
                                          options):
    path = cut(in_container(video, tmp_path / name, **options), share)
    with pytest.raises(ValueError, match=r'cut short: \d+ of 60 frames'):
        refuse_incomplete(str(path))


def test_header_that_is_missing(video):
    with pytest.raises(ValueError, match='Invalid data'):
        refuse_incomplete(str(cut(video, 0.5)))


@pytest.mark.parametrize('content', [b'', b'not a video\n' * 100])
def test_no_video(tmp_path, content):
    path = tmp_path / 'text.mp4'
    path.write_bytes(content)
    with pytest.raises(ValueError):
        refuse_incomplete(str(path))


def test_sound_alone(tmp_path):
    path = tmp_path / 'sound.wav'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000)
        frame = av.AudioFrame(format='s16', layout='mono', samples=800)
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(ValueError, match='no video stream'):
        refuse_incomplete(str(path))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        refuse_incomplete(str(tmp_path / 'none.mp4'))


def test_a_mended_file_is_looked_at_again(video, tmp_path):
    path = in_container(video, tmp_path / 'a.avi')
    whole = tmp_path / 'whole.avi'
    shutil.copy(path, whole)
    with pytest.raises(ValueError):
        refuse_incomplete(str(cut(path, 0.5)))
    shutil.copy(whole, path)
    refuse_incomplete(str(path))
