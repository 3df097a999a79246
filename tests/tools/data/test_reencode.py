"""``reencode.py``: what it writes, leaves out and reports."""
import json

import numpy as np
import pytest
from helpers import write_video
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import (CompressedReader, VideoReader,
                                             read_sound)


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
        'a.mkv', 'b.mp4', 'failures.jsonl']

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
