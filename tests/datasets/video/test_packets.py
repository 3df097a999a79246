"""Files whose packets say more than the container does."""
from pathlib import Path

import av
import numpy as np
import pytest
from helpers_video import (assert_reads_as_decoded, change_packets,
                           decode_all, moving_texture, remux, write_frames)

from mmaction_sampler.datasets.video import (CompressedReader, read_index,
                                             refuse_incomplete)
from mmaction_sampler.datasets.video.reencode import reencode_file

FRAMES = moving_texture(40, 48, 64, (1, 1))
# A picture of MPEG-4 that repeats the one before it (10 frames a second).
NOT_CODED = b'\0\0\1\xb6\x51\x80'


def kind_of(packet: bytes) -> int:
    """0 to 2 for I, P, B of MPEG-4."""
    return packet[packet.index(b'\0\0\1\xb6') + 4] >> 6


def packed(tmp_path: Path) -> Path:
    """As DivX wrote it: a B-frame in one packet with the frame before it."""
    source = write_frames(tmp_path / 'b.mp4', FRAMES, 'mpeg4', max_b_frames=1)
    contents = []
    change_packets(source, tmp_path / 'same.mp4',
                   lambda _, content: contents.append(content))
    plain = write_frames(tmp_path / 'plain.avi', FRAMES, 'mpeg4')

    def pack(number: int, _: bytes) -> bytes:
        content = contents[number]
        if kind_of(content) == 2:
            return NOT_CODED
        mark = b'\0\0\1\xb2DivX503b1393p' if number == 0 else b''
        behind = contents[number + 1:number + 2]
        return mark + content + b''.join(
            b for b in behind if kind_of(b) == 2)

    return change_packets(plain, tmp_path / 'packed.avi', pack)


def h264(tmp_path: Path) -> Path:
    return write_frames(tmp_path / 'h264.avi', FRAMES, max_b_frames=3)


@pytest.mark.parametrize('suffix', ['mp4', 'mov', 'mkv'])
def test_packed_frames_that_were_copied(tmp_path: Path, suffix: str) -> None:
    """As `ffmpeg -c copy` does."""
    path = tmp_path / f'copy.{suffix}'
    remux(packed(tmp_path), path)
    assert_reads_as_decoded(path, 40)
    assert read_index(str(path)).reordered


@pytest.mark.parametrize('write', [h264, packed])
def test_avi_with_b_frames(tmp_path: Path, write) -> None:
    path = write(tmp_path)
    assert read_index(str(path)).reordered
    assert_reads_as_decoded(path, 40)
    refuse_incomplete(str(path))


@pytest.mark.parametrize('write', [h264, packed])
def test_avi_with_b_frames_is_normalised(tmp_path: Path, write) -> None:
    path = write(tmp_path)
    whole = decode_all(path)
    with CompressedReader(str(path), 'previous') as reader:
        assert reader.motion_source == 'normalised'
        frames = list(reader.iter_features([3, 20, 21, 39]))
    assert [f.number for f in frames] == [3, 20, 21, 39]
    copy = tmp_path / 'copy.mp4'
    assert reencode_file(str(path), str(copy)) == 40
    again = decode_all(copy)
    for number, image in enumerate(whole):
        assert np.abs(again[number].astype(int) - image).mean() < 3
    for frame in frames:
        assert np.abs(frame.rgb.astype(int) - whole[frame.number]).mean() < 3


def test_avi_without_b_frames_is_sought_in(tmp_path: Path) -> None:
    for codec in ('mpeg4', 'libx264'):
        path = write_frames(tmp_path / f'{codec}.avi', FRAMES, codec)
        index = read_index(str(path))
        assert index.pts is not None and not index.reordered


@pytest.mark.parametrize('suffix', ['avi', 'mkv', 'mp4', 'mov'])
def test_packets_without_a_picture(tmp_path: Path, suffix: str) -> None:
    source = write_frames(tmp_path / f'whole.{suffix}', FRAMES, 'mpeg4')
    path = change_packets(
        source, tmp_path / f'a.{suffix}',
        lambda i, content: NOT_CODED if i in (16, 17) else content)
    assert_reads_as_decoded(path, 38)
    refuse_incomplete(str(path))
    assert read_index(str(path)).pts is not None


def test_hidden_frames_of_vp8(tmp_path: Path) -> None:
    """Frames that only serve as a reference."""
    source = write_frames(tmp_path / 'shown.webm', FRAMES, 'libvpx')

    def hide(number: int, content: bytes) -> bytes:
        if number % 15 == 7:
            return bytes([content[0] & ~0x10]) + content[1:]
        return content

    path = change_packets(source, tmp_path / 'a.webm', hide)
    assert_reads_as_decoded(path, 37)


def test_streams_one_behind_the_other(tmp_path: Path) -> None:
    """The times of the second one lie between those of the first."""
    first = write_frames(tmp_path / 'first.ts', FRAMES[:20], 'mpeg4')
    second = change_packets(
        write_frames(tmp_path / 'whole.ts', FRAMES[20:], 'mpeg4'),
        tmp_path / 'second.ts', lambda _, content: content,
        delay=lambda _: 3000)
    path = tmp_path / 'a.ts'
    path.write_bytes(first.read_bytes() + second.read_bytes())
    assert_reads_as_decoded(path, 40)


@pytest.mark.parametrize('codec', ['mpeg4', 'libx264'])
def test_dropped_frames_of_avi(tmp_path: Path, codec: str) -> None:
    """The header counts them; in the file they are empty chunks."""
    source = write_frames(tmp_path / 'whole.avi', FRAMES, codec)
    path = change_packets(source, tmp_path / 'a.avi',
                          lambda _, content: content,
                          delay=lambda number: 5 * (number >= 20))
    index = read_index(str(path))
    assert index.promised == index.present == 45
    assert index.num_frames == 40
    refuse_incomplete(str(path))
    assert_reads_as_decoded(path, 40)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) * 4 // 5])
    with pytest.raises(ValueError, match='cut short'):
        refuse_incomplete(str(path))


def test_avi_that_ends_with_empty_chunks(tmp_path: Path) -> None:
    """Its header counts ticks of a clock that is faster than the frames."""
    source = write_frames(tmp_path / 'a.mp4', FRAMES, 'mpeg4')
    path = tmp_path / 'a.avi'
    with av.open(str(source)) as old, av.open(str(path), 'w') as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                packet.pts = packet.dts = 2 * packet.pts
                packet.duration = 2 * packet.duration
                new.mux(packet)
    index = read_index(str(path))
    assert index.promised > index.present and index.num_frames == 40
    refuse_incomplete(str(path))
    content = path.read_bytes()
    path.write_bytes(content + b'some bytes behind it')
    refuse_incomplete(str(path))
    for damaged in (content[:-1000],
                    content[:4] + bytes(4) + content[8:]):  # broken off
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match='cut short'):
            refuse_incomplete(str(path))


def test_frames_that_a_cut_has_left_without_times(tmp_path: Path) -> None:
    """B-frames before the first key frame, whose references are gone."""
    source = write_frames(
        tmp_path / 'whole.mkv', FRAMES, max_b_frames=3,
        options={'x264-params': 'open-gop=1:b-pyramid=none:keyint=12'})
    path = tmp_path / 'a.mkv'
    with av.open(str(source)) as old, av.open(
            str(path), 'w', options=dict(avoid_negative_ts='disabled')) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        packets = [packet for packet in old.demux(video=0) if packet.size]
        begin = [i for i, p in enumerate(packets) if p.is_keyframe][1]
        first = packets[begin].pts
        for packet in packets[begin:]:
            packet.stream = stream
            packet.pts, packet.dts = packet.pts - first, packet.dts - first
            new.mux(packet)
    with av.open(str(path)) as container:
        assert None in [p.pts for p in container.demux(video=0) if p.size]
    with av.open(str(path)) as container:
        num_frames = sum(1 for _ in container.decode(video=0))
    assert_reads_as_decoded(path, num_frames)
