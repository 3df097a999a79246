"""Names and titles of good files that FFmpeg or PyAV stumble over."""
from pathlib import Path

import av
import numpy as np
import pytest
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import VideoReader, read_sound
from mmaction_sampler.datasets.video.reencode import reencode_file


@pytest.mark.parametrize('name', ['12:30:05.mp4', 'file:x.mp4', 'a%03d#.mp4'])
def test_names_that_look_like_addresses(tmp_path: Path, monkeypatch,
                                        name: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / 'a.mp4', moving_texture(5, 32, 32, (1, 0)),
                 sound=np.zeros(8000, np.float32)).rename(name)
    for path in (name, str(tmp_path / name)):
        with VideoReader(path) as reader:
            assert len(reader.get_frames([0, 4])) == 2
        assert read_sound(path, 16000) is not None
    assert reencode_file(name, f'2{name}') == 5
    assert Path(f'2{name}').is_file()


@pytest.mark.parametrize('kind', ['mp4', 'mkv', 'avi'])
def test_a_title_in_another_encoding(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f'a.{kind}'
    with av.open(str(path), 'w') as container:
        container.metadata['title'] = 'An ocarina'
        stream = container.add_stream('mpeg4', rate=10)
        stream.width = stream.height = 32
        for image in moving_texture(5, 32, 32, (1, 0)):
            container.mux(stream.encode(
                av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(
        b'An ocarina', 'Un éléphan'.encode('latin-1')))
    assert read_sound(str(path), 16000) is None
    with VideoReader(str(path)) as reader:
        assert len(reader.get_frames([0, 4])) == 2
