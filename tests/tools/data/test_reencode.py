"""``reencode.py``: what it writes, leaves out and reports."""
import json
import os
import resource

import av
import numpy as np
import pytest
from helpers import write_video
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import (CompressedReader, VideoReader,
                                             read_sound)
from mmaction_sampler.datasets.video.reencode import reencode_file


@pytest.fixture
def tool(load):
    return load('reencode')


@pytest.fixture
def videos(tmp_path):
    folder = tmp_path / 'videos'
    (folder / 'sub').mkdir(parents=True)
    write_frames(folder / 'a.mkv', moving_texture(15, 64, 96, (2, 1)),
                 max_b_frames=2, pts=np.arange(15) ** 2 * 10 + 40,
                 sound=np.zeros(16000, np.float32))
    write_video(folder / 'sub' / 'b.mp4')
    (folder / 'broken.mp4').write_text('not a video')
    (folder / 'notes.txt').write_text('no video, by its name')
    return folder


def test_files_are_written_once(tool, videos, tmp_path, capsys):
    out = tmp_path / 'out'
    command = [str(videos), str(out), '--workers', '1', '--short-side', '32']
    assert tool.main(command) == 1
    assert '2 of 3 files encoded, 0 were there, 1 failed' in (
        capsys.readouterr().out)
    failures = [json.loads(line) for line in
                (out / 'failures.jsonl').read_text().splitlines()]
    assert [f['filename'] for f in failures] == ['broken.mp4']
    assert failures[0]['status'] == 'broken'
    assert 'cannot be decoded' in failures[0]['reason']
    assert sorted(p.name for p in out.rglob('*') if p.is_file()) == [
        'a.mkv', 'b.mp4', 'failures.jsonl', 'settings.json']

    with CompressedReader(str(out / 'a.mkv'), motion_source='raw') as reader:
        frames = list(reader.iter_features(np.arange(len(reader))))
    assert [f.number for f in frames if f.is_i_frame] == [0, 12]
    with VideoReader(str(videos / 'a.mkv')) as old, VideoReader(
            str(out / 'a.mkv')) as new:
        assert len(new) == len(old) == 15
        np.testing.assert_allclose(
            new.index.pts * float(new.index.time_base),
            old.index.pts * float(old.index.time_base), atol=1e-3)
        assert new.get_frames([0])[0].shape == (32, 48, 3)
    assert read_sound(str(out / 'a.mkv'), 8000).start == pytest.approx(
        read_sound(str(videos / 'a.mkv'), 8000).start, abs=0.1)

    written = (out / 'a.mkv').stat().st_mtime_ns
    (videos / 'broken.mp4').unlink()
    assert tool.main(command) == 0
    assert '0 of 2 files encoded, 2 were there' in capsys.readouterr().out
    assert (out / 'a.mkv').stat().st_mtime_ns == written
    assert (out / 'failures.jsonl').read_text() == ''


def test_options_of_a_folder_stay(tool, videos, tmp_path, capsys):
    (videos / 'broken.mp4').unlink()
    out = tmp_path / 'out'
    command = [str(videos), str(out), '--workers', '1']
    assert tool.main(command) == 0
    content = (out / 'a.mkv').read_bytes()
    for other in (['--quality', '8'], ['--short-side', '32']):
        capsys.readouterr()
        assert tool.main([*command, *other]) == 2
        error = capsys.readouterr().err
        assert error.count('\n') == 1 and 'with other options' in error
        assert '{"quality": 1, "short_side": null}' in error
    # An older run wrote none; its files are taken as they are.
    (out / 'settings.json').unlink()
    assert tool.main([*command, '--quality', '8']) == 0
    assert (out / 'a.mkv').read_bytes() == content
    assert json.loads((out / 'settings.json').read_text()) == dict(
        quality=8, short_side=None)
    assert tool.main(command) == 2


def test_newer_sources_are_encoded_anew(tool, videos, tmp_path, capsys):
    (videos / 'broken.mp4').unlink()
    out = tmp_path / 'out'
    command = [str(videos), str(out), '--workers', '1']
    assert tool.main(command) == 0
    later = (out / 'a.mkv').stat().st_mtime + 10
    write_video(videos / 'a.mkv', num_frames=7)
    os.utime(videos / 'a.mkv', (later, later))
    capsys.readouterr()
    assert tool.main(command) == 0
    assert '1 of 2 files encoded, 1 were there' in capsys.readouterr().out
    with VideoReader(str(out / 'a.mkv')) as new:
        assert len(new) == 7


def test_target_below_the_source(tool, videos):
    out = videos / 'encoded'
    (videos / 'broken.mp4').unlink()
    for _ in range(2):
        assert tool.main([str(videos), str(out), '--workers', '1']) == 0
        assert sorted(p.relative_to(out).as_posix() for p in out.rglob('*')
                      if p.is_file()) == [
                          'a.mkv', 'failures.jsonl', 'settings.json',
                          'sub/b.mp4']


def test_linked_folders_are_encoded(tool, videos, tmp_path):
    (videos / 'sub').rename(tmp_path / 'elsewhere')
    (videos / 'sub').symlink_to(tmp_path / 'elsewhere')
    (videos / 'broken.mp4').unlink()
    out = tmp_path / 'out'
    assert tool.main([str(videos), str(out), '--workers', '1']) == 0
    assert (out / 'sub/b.mp4').is_file()
    assert not (out / 'sub').is_symlink()


def test_nothing_is_left_of_files_that_took_too_long(tool, tmp_path):
    """One group of frames again and again: seconds of work, soon written."""
    videos, out = tmp_path / 'videos', tmp_path / 'out'
    videos.mkdir()
    group = write_frames(tmp_path / 'group.mkv',
                         moving_texture(12, 480, 640, (1, 0)))
    with av.open(str(group)) as old, av.open(
            str(videos / 'a.mkv'), 'w') as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        packets = [p for p in old.demux(video=0) if p.size]
        for number, packet in enumerate(packets * 200):
            packet.stream = stream
            packet.pts = packet.dts = 100 * number
            new.mux(packet)
    assert tool.main([str(videos), str(out), '--workers', '1',
                      '--timeout', '0.5']) == 1
    assert sorted(p.name for p in out.iterdir()) == [
        'failures.jsonl', 'settings.json']
    assert 'not read after 0.5 s' in (out / 'failures.jsonl').read_text()


def test_damaged_sound_costs_itself(tmp_path):
    """FLAC is decoded, as MP4 does not take it as it is."""
    source = tmp_path / 'a.mkv'
    noise = np.int16(np.random.default_rng(0).normal(size=32000) * 3000)
    with av.open(str(source), 'w') as container:
        video = container.add_stream('mpeg4', rate=10)
        video.width = video.height = 32
        audio = container.add_stream('flac', rate=16000, layout='mono')
        for i, image in enumerate(moving_texture(20, 32, 32, (1, 0))):
            container.mux(video.encode(
                av.VideoFrame.from_ndarray(image, format='rgb24')))
            block = av.AudioFrame.from_ndarray(
                noise[None, 1600 * i:1600 * (i + 1)], 's16', 'mono')
            block.sample_rate, block.pts = 16000, 1600 * i
            container.mux(audio.encode(block))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    with av.open(str(source)) as container:
        packet = bytes(list(container.demux(audio=0))[2])
    source.write_bytes(source.read_bytes().replace(
        packet, b'\xff' * len(packet)))
    assert reencode_file(str(source), str(tmp_path / 'b.mp4')) == 20
    assert len(read_sound(str(tmp_path / 'b.mp4'), 16000).samples) > 16000


def test_interrupted_file_is_not_there(tmp_path, monkeypatch):
    from mmaction_sampler.datasets.video import reencode
    source = str(write_video(tmp_path / 'a.mp4'))
    target = tmp_path / 'b.mp4'

    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(reencode, '_size', stop)
    with pytest.raises(KeyboardInterrupt):
        reencode.reencode_file(source, str(target))
    assert [p.name for p in tmp_path.iterdir()] == ['a.mp4']


def test_a_full_disk_is_no_fault_of_the_source(tool, videos, tmp_path):
    """Here, a file may not have more than 2,000 bytes."""
    target = str(tmp_path / 'b.mp4')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        status, reason = tool.encode_one((str(videos / 'a.mkv'), target), 1,
                                         None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert status == 'unwritten'
    assert target in reason and 'a.mkv' not in reason
    assert not list(tmp_path.glob('*b.mp4*'))


@pytest.mark.parametrize('options', [
    ['--quality', '0'], ['--workers', '0'], ['--short-side', '8'],
    ['--timeout', '0']])
def test_options_are_checked(tool, videos, tmp_path, options):
    with pytest.raises(SystemExit):
        tool.main([str(videos), str(tmp_path / 'out'), *options])


def test_folders_are_checked(tool, videos, tmp_path):
    (tmp_path / 'empty').mkdir()
    assert tool.main([str(tmp_path / 'none'), str(tmp_path / 'out')]) == 2
    assert tool.main([str(videos), str(videos)]) == 2
    assert tool.main([str(tmp_path / 'empty'), str(tmp_path / 'out')]) == 2
