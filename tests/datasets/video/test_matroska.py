"""Matroska files that are cut short are told from whole ones."""
from pathlib import Path

import pytest
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import refuse_incomplete
from mmaction_sampler.datasets.video.matroska import missing_bytes


@pytest.fixture(params=['a.mkv', 'a.webm'])
def video(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    codec = 'libx264' if request.param == 'a.mkv' else 'libvpx'
    return write_frames(
        tmp_path / request.param, moving_texture(40, 32, 48, (1, 0)), codec)


def test_whole_files(video: Path) -> None:
    assert missing_bytes(str(video)) == 0
    refuse_incomplete(str(video))


@pytest.mark.parametrize('share', [0.5, 0.9])
def test_cut_short(video: Path, share: float) -> None:
    content = video.read_bytes()
    video.write_bytes(content[:int(share * len(content))])
    missing = len(content) - int(share * len(content))
    assert missing_bytes(str(video)) == missing
    with pytest.raises(ValueError, match=f'cut short: {missing} bytes'):
        refuse_incomplete(str(video))


def test_files_that_do_not_say_how_long_they_are(video: Path) -> None:
    content = video.read_bytes()
    place = content.index(b'\x18S\x80g') + 4
    unknown = b'\x01' + b'\xff' * 7
    video.write_bytes(content[:place] + unknown + content[place + 8:-200])
    assert missing_bytes(str(video)) == 0
    refuse_incomplete(str(video))


@pytest.mark.parametrize('content', [
    b'', b'\x1aE\xdf\xa3', b'\x1aE\xdf\xa3\x00', b'\x1aE\xdf\xa3\x81\x00',
    b'\x1aE\xdf\xa3\x80\x18S\x80g', b'text'])
def test_other_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / 'a.mkv').write_bytes(content)
    assert missing_bytes(str(tmp_path / 'a.mkv')) == 0
