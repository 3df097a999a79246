"""The list of frames in a header is that of the packets."""
import struct
from pathlib import Path
from typing import Callable, List, Optional, Tuple

import av
import numpy as np
import pytest
from helpers_video import moving_texture, remux, write_frames

from mmaction_sampler.datasets.video import VideoReader, index
from mmaction_sampler.datasets.video.container import open_video
from mmaction_sampler.datasets.video.sample_tables import (
    Samples, has_sample_tables, listed_samples)

FRAMES = moving_texture(40, 32, 48, (1, 0))
UNEVEN = np.cumsum(1 + np.arange(40) % 7 * 31) + 500  # 1/1000 s


def packets(path: Path) -> List[Tuple[int, bool, bool]]:
    """Time, whether it is a key frame and whether it is cut off."""
    with av.open(str(path)) as container:
        return [(p.pts, p.is_keyframe, p.is_discard)
                for p in container.demux(video=0) if p.size]


def listed(path: Path) -> Optional[Samples]:
    """What the header tells."""
    with open_video(str(path)) as (container, stream):
        assert has_sample_tables(container)
        return listed_samples(str(path), container, stream)


@pytest.fixture(scope='module')
def reordered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with B-frames, uneven times and a late beginning."""
    return write_frames(
        tmp_path_factory.mktemp('tables') / 'video.mp4', FRAMES,
        max_b_frames=3, pts=UNEVEN)


@pytest.mark.parametrize('name, options', [
    ('a.mp4', {}), ('a.mov', {}), ('a.mp4', dict(movflags='faststart')),
    ('a.mp4', dict(movflags='negative_cts_offsets')),
    ('a.mp4', dict(use_editlist='0')),
    ('a.mp4', dict(video_track_timescale='90000'))])
def test_header_and_packets_agree(reordered: Path, tmp_path: Path, name: str,
                                  options: dict) -> None:
    path = remux(reordered, tmp_path / name, **options)
    found = listed(path)
    assert list(zip(*(array.tolist() for array in found[:3]))) == packets(path)
    assert (np.diff(found.pts) < 0).any()


@pytest.mark.parametrize('codec', ['mpeg4', 'libx264'])
def test_frames_in_order_and_sound(tmp_path: Path, codec: str) -> None:
    path = write_frames(
        tmp_path / 'a.mp4', FRAMES, codec, sound=np.zeros(64000, np.float32))
    found = listed(path)
    assert list(zip(*(array.tolist() for array in found[:3]))) == packets(path)
    assert (np.diff(found.pts) > 0).all() and found.is_key.sum() == 4


@pytest.mark.parametrize('codec, disposable', [
    ('libx265', True), ('libx264', False)])
def test_frames_that_none_depends_on(tmp_path: Path, codec: str,
                                     disposable: bool) -> None:
    frames = moving_texture(40, 64, 64, (1, 0))
    path = write_frames(tmp_path / 'a.mp4', frames, codec, max_b_frames=3)
    with av.open(str(path)) as container:
        assert disposable == any(
            p.is_disposable for p in container.demux(video=0))
    found = listed(path)
    assert list(zip(*(array.tolist() for array in found[:3]))) == packets(path)
    assert found.has_disposable == disposable


@pytest.mark.parametrize('place, time', [(12, 700), (8, 3700)],
                         ids=['beginning', 'end'])
def test_frames_that_an_edit_cuts_off(tmp_path: Path, place: int,
                                      time: int) -> None:
    source = write_frames(tmp_path / 'whole.mp4', FRAMES, max_b_frames=3)
    path = remux(source, tmp_path / 'a.mp4', video_track_timescale='1000')
    path.write_bytes(
        replace(b'elst', set_word(place, time))(path.read_bytes()))
    found = listed(path)
    assert list(zip(*(array.tolist() for array in found[:3]))) == packets(path)
    assert 0 < found.is_discarded.sum() < 12


def test_no_packet_is_read_beside_key_frames(
        reordered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.forget_indices()
    expected = sorted(pts for pts, _, _ in packets(reordered))
    monkeypatch.setattr(index, 'read_packets', None)
    video = index.read_index(str(reordered))
    assert video.pts.tolist() == expected
    assert video.reordered and video.num_frames == video.promised == 40


def test_a_reader_opens_its_file_once(
        reordered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.forget_indices()
    monkeypatch.setattr(index, 'open_video', None)
    with VideoReader(str(reordered)) as reader:
        assert len(reader) == 40 and len(reader.get_frames([3, 30])) == 2


def replace(name: bytes, change: Callable[[bytearray, int], None]
            ) -> Callable[[bytes], bytes]:
    """Change the box of a name, given where its contents begin."""
    def edit(data: bytes) -> bytes:
        assert name in data
        edited = bytearray(data)
        change(edited, data.index(name) + 4)
        return bytes(edited)
    return edit


def set_word(place: int, value: int) -> Callable[[bytearray, int], None]:
    """Set the 32-bit number that stands some bytes behind the head."""
    return lambda data, begin: struct.pack_into(
        '>I', data, begin + place, value)


def rename(data: bytearray, begin: int) -> None:
    """Give the box another name."""
    data[begin - 4:begin] = b'free'


def drift(data: bytearray, begin: int) -> None:
    """Let frames come later, and others make up for it further on."""
    runs = np.frombuffer(data, '>u4', 40, begin + 8).reshape(-1, 2).copy()
    runs[2, 1] += 1
    runs[19, 1] -= 1
    data[begin + 8:begin + 8 + runs.nbytes] = runs.tobytes()


@pytest.mark.parametrize('damage', [
    replace(b'ctts', set_word(8, 3)),  # another number of samples
    replace(b'ctts', set_word(4, 2**31)),  # runs that are not there
    replace(b'ctts', set_word(12, 7)),  # times other than FFmpeg's
    replace(b'stts', set_word(8, 7)),  # another number of samples
    replace(b'stts', set_word(12, 7)),  # times other than FFmpeg's
    replace(b'stts', drift),
    replace(b'stsz', set_word(12, 0)),  # an empty sample
    replace(b'stsz', set_word(8, 9)),  # another number of samples
    replace(b'tkhd', set_word(12, 9)),  # a track that nobody knows
    replace(b'mdia', rename),
    replace(b'elst', set_word(4, 5)),  # edits that are not there
    lambda data: data[:data.index(b'ctts') + 20],
], ids=['samples', 'runs', 'times', 'durations', 'decoding', 'drift',
        'empty', 'sizes', 'track', 'box', 'edits', 'end'])
def test_doubtful_headers_are_not_believed(reordered: Path, tmp_path: Path,
                                           damage: Callable) -> None:
    """FFmpeg has read the sound header; the damage comes afterwards."""
    path = tmp_path / 'a.mp4'
    path.write_bytes(reordered.read_bytes())
    with open_video(str(path)) as (container, stream):
        assert listed_samples(str(path), container, stream) is not None
        path.write_bytes(damage(path.read_bytes()))
        assert listed_samples(str(path), container, stream) is None


def test_samples_that_are_stored_out_of_order(tmp_path: Path) -> None:
    """Whether all of them are there, the last one does not tell."""
    path = write_frames(
        tmp_path / 'a.mp4', FRAMES, sound=np.zeros(64000, np.float32))
    content = path.read_bytes()
    chunks = content.index(b'stco') + 4
    count, first = struct.unpack_from('>II', content, chunks + 4)
    assert listed(path) is not None and count > 2
    path.write_bytes(replace(b'stco', set_word(12, first))(content))
    assert listed(path) is None


def test_frames_without_a_duration(tmp_path: Path) -> None:
    path = write_frames(tmp_path / 'a.mp4', FRAMES, 'mpeg4')
    path.write_bytes(replace(b'stts', set_word(12, 0))(path.read_bytes()))
    assert listed(path) is None


@pytest.mark.parametrize('options', [
    dict(movflags='frag_keyframe+empty_moov'),
    dict(movflags='frag_keyframe')])
def test_fragments_are_read_packet_by_packet(reordered: Path, tmp_path: Path,
                                             options: dict) -> None:
    path = remux(reordered, tmp_path / 'a.mp4', **options)
    assert listed(path) is None
    assert index.read_index(str(path)).num_frames == 40


def test_fragments_of_frames_in_order(tmp_path: Path) -> None:
    """Their main header has no table that could contradict."""
    source = write_frames(tmp_path / 'whole.mp4', FRAMES, 'mpeg4')
    path = remux(source, tmp_path / 'a.mp4', movflags='frag_keyframe')
    assert listed(path) is None
    assert index.read_index(str(path)).num_frames == 40


def test_cut_short(reordered: Path, tmp_path: Path) -> None:
    """The header promises what the file does not hold."""
    path = remux(reordered, tmp_path / 'a.mp4', movflags='faststart')
    content = path.read_bytes()
    path.write_bytes(content[:int(0.9 * len(content))])
    assert listed(path) is None
    video = index.read_index(str(path))
    assert video.present == len(packets(path)) < video.promised
