"""``python -m mmaction_sampler.infer`` as a command."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import List

import numpy as np
import pytest
from helpers import REPOSITORY, write_video
from helpers_forks import run_forked
from helpers_infer import write_recognizer
from helpers_video import write_frames

from mmaction_sampler.apis.infer import main

COMMAND = ('-W', 'ignore', '-m', 'mmaction_sampler.infer')


@pytest.fixture(scope='module')
def recognizer(tmp_path_factory) -> tuple:
    return write_recognizer(tmp_path_factory.mktemp('weights'))


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Three good ones, in two folders, and a broken one."""
    folder = tmp_path / 'videos'
    for name in ('b.mp4', 'a.mp4', 'sub/a.mp4'):
        write_video(folder / name)
    (folder / 'cut.mp4').write_bytes((folder / 'a.mp4').read_bytes()[:300])
    return folder


def records(path: Path) -> List[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_killed_and_started_again(recognizer, tmp_path):
    """Every video has one line in the end, and none is done twice."""
    folder = tmp_path / 'videos'
    video = write_video(folder / '000.mp4').read_bytes()
    for i in range(1, 600):
        (folder / f'{i:03}.mp4').write_bytes(video)
    out = tmp_path / 'out'
    command = [*COMMAND, *recognizer, str(folder), '--out', str(out)]
    process = subprocess.Popen(
        [sys.executable, *command], cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(REPOSITORY)),
        stderr=subprocess.DEVNULL)
    path = out / 'results.jsonl'
    while process.poll() is None and not (
            path.is_file() and path.stat().st_size > 2000):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = path.read_bytes()
    done = before.count(b'\n')
    assert 0 < done < 600
    with path.open('ab') as file:
        file.write(b'{"path": "videos/5')
    result = run_forked(tmp_path, *command, '--batch-size', '32')
    assert result.returncode == 0, result.stderr
    assert path.read_bytes().startswith(before[:before.rfind(b'\n') + 1])
    names = [Path(r['path']).name for r in records(path)]
    assert sorted(names) == [f'{i:03}.mp4' for i in range(600)]
    assert f'600 videos, {600 - done} of them new; 0 broken' in result.stderr


def test_processes_share_the_videos(recognizer, videos, tmp_path):
    out = tmp_path / 'out'
    result = run_forked(
        tmp_path, *COMMAND, *recognizer, str(videos), '--out', str(out),
        '--launcher', 'pytorch', ranks=2)
    assert result.returncode == 0, result.stderr
    assert sorted(r['path'] for r in records(out / 'results.jsonl')) == [
        str(videos / name) for name in ('a.mp4', 'b.mp4', 'sub/a.mp4')]
    assert [r['path'] for r in records(out / 'broken.jsonl')] == [
        str(videos / 'cut.mp4')]
    assert not list(out.glob('*.part*'))
    assert '3 videos, 3 of them new; 1 broken' in result.stderr


GROWING = """
import os, sys
from mmaction_sampler.apis import infer
whole = infer.iter_videos
def iter_videos(inputs, leave_out=None):
    # Rank 0 has listed the folder before its first video was there.
    return (path for path in whole(inputs, leave_out)
            if os.environ['RANK'] == '1' or not path.endswith('/a.mp4'))
infer.iter_videos = iter_videos
sys.exit(infer.main())
"""


def test_processes_share_a_folder_that_grows(recognizer, tmp_path):
    """Each video that was there is done, and none is done twice."""
    for i in 'abcdef':
        write_video(tmp_path / f'videos/{i}.mp4')
    (tmp_path / 'run.py').write_text(GROWING)
    result = run_forked(
        tmp_path, 'run.py', *recognizer, 'videos', '--out', 'out',
        '--launcher', 'pytorch', ranks=2)
    assert result.returncode == 0, result.stderr
    found = [Path(r['path']).stem for r in records(
        tmp_path / 'out/results.jsonl')]
    assert set(found) >= set('bcdef') and len(found) == len(set(found))
    assert f'{len(found)} videos' in result.stderr


def test_options(recognizer, videos, tmp_path, capsys):
    """Anywhere on the line; pictures are named so that none is lost."""
    out = tmp_path / 'out'
    status = main([*recognizer, str(videos), '--out', str(out), '--sheets',
                   '--movies', str(tmp_path / 'gone.mp4'), '--top-k', '1',
                   '--cfg-options', 'model.num_selected=3',
                   'model.num_candidates=6'])
    assert status == 0
    found = records(out / 'results.jsonl')
    assert len(found) == 3
    assert len({r['sheet'] for r in found} | {r['movie'] for r in found}) == 6
    for record in found:
        # Of twelve frames, the middles of six parts.
        assert set(record['frame_inds']) < {1, 3, 5, 7, 9, 11}
        assert len(record['frame_inds']) == 3 and len(record['top']) == 1
        assert set(record['seconds']) == {'decode', 'networks', 'drawing'}
        assert (out / record['sheet']).is_file()
        assert (out / record['movie']).stat().st_size > 500
    broken = {Path(r['path']).name: r['error']
              for r in records(out / 'broken.jsonl')}
    assert set(broken) == {'cut.mp4', 'gone.mp4'}
    assert broken['gone.mp4'] == 'the file does not exist'
    text = capsys.readouterr().err
    assert f'broken video: {videos / "cut.mp4"}: ' in text
    assert '3 videos, 3 of them new; 2 broken' in text
    # Other settings do not go into the same file.
    assert main([*recognizer, str(videos), '--out', str(out)]) == 2
    assert 'was made with another config' in capsys.readouterr().err


@pytest.mark.parametrize('inputs,message', [
    (['empty'], 'there is no video in empty'),
    (['nothing/*.mp4'], 'there is no video in nothing/*.mp4'),
    (['gone.mp4'], '1 broken'),
])
def test_nothing_recognised(recognizer, tmp_path, capsys, monkeypatch,
                            inputs, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'empty').mkdir()
    assert main([*recognizer, *inputs, '--out', 'out']) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('options,message', [
    (['v.mp4'], 'a folder for the results, --out'),
    (['--stream', '0', 'v.mp4'], '--stream takes no further videos'),
    (['v.mp4', '--out', 'o', '--top-k', '0'], 'must be at least 1, but is 0'),
    (['v.mp4', '--out', 'o', '--workers', '-1'], '--workers must be at least'),
    (['v.mp4', '--out', 'o', '--max-predictions', '3'], 'is of a --stream'),
    (['v.mp4', '--out', str(REPOSITORY / 'setup.py')], 'setup.py is a file'),
    (['--out', 'o', '--cfg-options', 'a=1', 'v.mp4'], 'put videos before it'),
    (['--stream', '0', '--max-predictions', '0'], 'must be at least 1'),
    (['--stream', '0', '--forget-after', '-3'], 'must be at least 1'),
    (['--stream', '0', '--stream-fps', 'nan'], '--stream-fps must be'),
    (['--stream', '0', '--sheets'], 'not of a --stream'),
    (['--stream', '0', '--movies'], 'needs a folder, --out'),
])
def test_wrong_options(options, message, capsys):
    with pytest.raises(SystemExit) as error:
        main(['c.py', 'w.pth', *options])
    assert error.value.code == 2
    assert message in capsys.readouterr().err


def test_videos_that_cannot_be_drawn(recognizer, tmp_path, capsys):
    """Long names and narrow pictures are drawn; a full disk is said."""
    names = [f'{"影" * 80}.mp4', os.fsdecode(b'caf\xe9.mp4')]
    for name in names:
        write_video(tmp_path / 'videos' / name)
    narrow = np.zeros((10, 500, 2, 3), np.uint8)
    write_frames(tmp_path / 'videos/narrow.mp4', narrow, 'mpeg4')
    command = [*recognizer, str(tmp_path / 'videos'), '--sheets', '--movies']
    assert main([*command, '--out', str(tmp_path / 'out')]) == 0
    for record in records(tmp_path / 'out/results.jsonl'):
        assert (tmp_path / 'out' / record['sheet']).stat().st_size > 500
        assert (tmp_path / 'out' / record['movie']).stat().st_size > 500
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other/sheets').touch()  # where a folder should be
    command[2] = str(tmp_path / 'videos/narrow.mp4')
    assert main([*command, '--out', str(tmp_path / 'other')]) == 0
    assert len(records(tmp_path / 'other/results.jsonl')) == 1
    assert 'narrow.mp4 is recognised, but not drawn' in capsys.readouterr().err


def test_films_are_no_videos_of_the_next_run(recognizer, videos, capsys):
    """Results may lie beside the videos; what they lack is said."""
    command = [*recognizer, str(videos), '--out', str(videos)]
    assert main(command) == 0
    for _ in range(2):
        assert main([*command, '--movies']) == 0
        assert 'they get no pictures now' in capsys.readouterr().err
    write_video(videos / 'new.mp4')
    for _ in range(2):
        assert main([*command, '--movies']) == 0
    assert len(records(videos / 'results.jsonl')) == 4
    assert len(list((videos / 'movies').iterdir())) == 1


def test_a_label_map_that_was_edited(recognizer, videos, tmp_path, capsys):
    labels = tmp_path / 'labels.txt'
    command = [*recognizer, str(videos), '--out', str(tmp_path / 'out'),
               '--labels', str(labels)]
    labels.write_text('a\nb\nc\n')
    assert main(command) == main(command) == 0
    labels.write_text('a\nb\nd\n')
    assert main(command) == 2
    assert 'was made with another' in capsys.readouterr().err
    labels.write_text('a\nb\n')
    assert main(command) == 2
    assert 'names 2 classes, but the model has 3' in capsys.readouterr().err


def test_a_folder_that_cannot_be_made(recognizer, videos, tmp_path, capsys):
    (tmp_path / 'file').write_text('')
    assert main([*recognizer, str(videos), '--out',
                 str(tmp_path / 'file' / 'out')]) == 2
    assert 'Not a directory' in capsys.readouterr().err


@pytest.mark.parametrize('option', [
    'model.num_selekted=1', 'model.type=OCSamplr', 'model.policy=3'])
def test_settings_that_do_not_fit(recognizer, videos, tmp_path, capsys,
                                  option):
    assert main([*recognizer, str(videos), '--out', str(tmp_path / 'out'),
                 '--cfg-options', option]) == 2
    assert 'infer: config, checkpoint and options' in capsys.readouterr().err


def test_missing_config(tmp_path, capsys):
    assert main(['no.py', 'w.pth', 'v.mp4', '--out', str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        'infer: Config no.py does not exist; check the path.\n')


def test_stream_writes_results_alone(tmp_path):
    """One line a frame on standard output, and nothing else."""
    config, weights = write_recognizer(tmp_path, 'adafocus')
    video = write_video(tmp_path / 'v.mp4')
    result = run_forked(
        tmp_path, *COMMAND, config, weights, '--stream', str(video), '--out',
        'out', '--movies', '--max-predictions', '7')
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line['frame'] for line in lines] == list(range(7))
    assert records(tmp_path / 'out/stream.jsonl') == lines
    assert (tmp_path / 'out/stream.mp4').stat().st_size > 500
    # What was recorded stays, whether the next source can be opened or not.
    again = [*COMMAND, config, weights, '--out', 'out', '--movies',
             '--max-predictions', '2', '--stream']
    assert run_forked(tmp_path, *again, 'gone.mp4').returncode != 0
    assert run_forked(tmp_path, *again, str(video)).returncode == 0
    assert len(records(tmp_path / 'out/stream.jsonl')) == 9
    assert {p.name for p in (tmp_path / 'out').glob('*.mp4')} == {
        'stream.mp4', 'stream_2.mp4'}
