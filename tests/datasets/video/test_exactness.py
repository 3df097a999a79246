"""Files whose own vectors look exact and are not."""
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from helpers_video import (EXACT, change_packets, moving_texture, remux,
                           write_frames)

from mmaction_sampler.datasets.transforms import LoadIFrames
from mmaction_sampler.datasets.video import (CompressedReader, VideoError,
                                             exactness)
from mmaction_sampler.datasets.video.exactness import why_inexact

FRAMES = moving_texture(26, 64, 96, (2, 0))


@pytest.mark.parametrize('kind', EXACT)
def test_exact_files(tmp_path: Path, kind: str) -> None:
    path = write_frames(tmp_path / 'a.mp4', FRAMES, **EXACT[kind])
    assert why_inexact(str(path)) is None


def test_packets_are_looked_at_once(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the file changes."""
    path = write_frames(tmp_path / 'a.mp4', FRAMES, **EXACT['mpeg4'])
    assert why_inexact(str(path)) is None
    monkeypatch.setattr(exactness, 'open_video', None)
    assert why_inexact(str(path)) is None
    path.write_bytes(path.read_bytes() + b'\0')
    with pytest.raises(TypeError):
        why_inexact(str(path))


@pytest.mark.parametrize('suffix', ['mp4', 'ts'])
def test_frames_that_are_not_referred_to(tmp_path: Path, suffix: str) -> None:
    """A temporal layer, of which MP4 does not tell."""
    source = write_frames(
        tmp_path / f'whole.{suffix}', FRAMES, **EXACT['h264'])

    def layer(number: int, content: bytes) -> bytes:
        if number % 4 != 1:
            return content
        # The slice's NAL unit is the last one of x264's packets.
        place = content.rindex(b'\0\0\1') + 3 if suffix == 'ts' else 4
        head = content[place] & ~0x60
        return content[:place] + bytes([head]) + content[place + 1:]

    path = change_packets(source, tmp_path / f'a.{suffix}', layer)
    assert 'does not refer' in why_inexact(str(path))
    with CompressedReader(str(path)) as reader:
        assert reader.motion_source == 'normalised'


@pytest.mark.parametrize('options', [
    dict(codec='mpeg4', options={'flags': '+ilme+ildct'}),
    dict(codec='mpeg2video', options={'flags': '+ilme+ildct'}),
    dict(options={'x264-params': 'interlaced=1:ref=1'})])
def test_interlaced(tmp_path: Path, options: dict) -> None:
    path = str(write_frames(tmp_path / 'a.mp4', FRAMES, **options))
    assert why_inexact(path) == 'is interlaced'
    with pytest.raises(VideoError, match='is interlaced'):
        CompressedReader(path, motion_source='raw')


def test_an_edit_that_cuts_the_first_i_frame(tmp_path: Path) -> None:
    source = write_frames(tmp_path / 'whole.mp4', FRAMES, **EXACT['mpeg4'])
    path = remux(source, tmp_path / 'a.mp4', video_track_timescale='1000')
    content = bytearray(path.read_bytes())
    place = content.index(b'elst') + 4 + 12
    content[place:place + 4] = (500).to_bytes(4, 'big')
    path.write_bytes(bytes(content))
    clips = dict(filename=str(path), frame_inds=np.arange(12), num_clips=3,
                 clip_len=4)
    found = LoadIFrames(size=(64, 96))(dict(clips))
    assert (found['i_frame_inds'] <= [3, 7, 11]).all()
    for residual in ('previous', 'i_frame'):
        with CompressedReader(str(path), residual) as reader:
            assert len(list(reader.iter_features(np.arange(12)))) == 12
    with pytest.raises(VideoError, match='begins within a group'):
        LoadIFrames(size=(64, 96), motion_source='raw')(dict(clips))


def test_pictures_that_are_cut_off(tmp_path: Path) -> None:
    """At the right, cells stay; at the left or the top, all would move."""
    frames = moving_texture(14, 96, 128, (3, -2))
    source = write_frames(tmp_path / 'whole.mp4', frames,
                          options={'x264-params': 'ref=1'})
    with CompressedReader(source) as reader:
        whole = list(reader.iter_features(np.arange(14)))

    def crop(options: str) -> Path:
        path = tmp_path / 'a.mp4'
        with av.open(str(source)) as old, av.open(str(path), 'w') as new:
            stream = new.add_stream_from_template(old.streams.video[0])
            change = BitStreamFilterContext(
                f'h264_metadata={options}', old.streams.video[0], stream)
            for packet in old.demux(video=0):
                for changed in change.filter(packet if packet.size else None):
                    changed.stream = stream
                    new.mux(changed)
        return path

    with CompressedReader(crop('crop_right=48:crop_bottom=32')) as reader:
        assert reader.motion_source == 'raw'
        for frame in reader.iter_features(np.arange(14)):
            np.testing.assert_array_equal(
                frame.motion.displacement,
                whole[frame.number].motion.displacement[:4, :5])
    for options in ('crop_left=16', 'crop_top=16'):
        with CompressedReader(crop(options)) as reader:
            assert reader.motion_source == 'normalised'
