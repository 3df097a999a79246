"""Result files of runs that were killed."""
import json
import time
from pathlib import Path
from typing import List

import pytest
from helpers_forks import in_fork

from mmaction_sampler.apis.result_files import LineWriter, ResultFiles

ORIGIN = dict(config='c.py', settings_sha256='1', checkpoint='w.pth',
              checkpoint_sha256='2', split='own videos')


def line(name: str) -> str:
    return json.dumps(dict(path=name)) + '\n'


def names(path: Path) -> List[str]:
    return [json.loads(text)['path'] for text in path.open()]


def write(folder: Path, count: int, rank: int = 0, world_size: int = 1):
    """Lines of one process."""
    with LineWriter(folder / 'results.jsonl', rank, world_size) as writer:
        for i in range(count):
            writer.write(dict(path=f'{rank}-{i}'))


def test_torn_last_line_is_dropped_and_the_rest_kept(tmp_path):
    files = ResultFiles(str(tmp_path), ORIGIN)
    assert files.begin() == set()
    write(tmp_path, 2)
    with files.results.open('a') as file:
        file.write('{"path": "tor')
    assert files.begin() == {'0-0', '0-1'}
    write(tmp_path, 1, rank=7)
    assert names(files.results) == ['0-0', '0-1', '7-0']


def test_a_file_of_one_torn_line_longer_than_a_block(tmp_path):
    ResultFiles(str(tmp_path), ORIGIN).begin()
    path = tmp_path / 'results.jsonl'
    path.write_text(line('a') + '{"path": "' + 'x' * 200_000)
    assert ResultFiles(str(tmp_path), ORIGIN).begin() == {'a'}
    assert path.read_text() == line('a')
    path.write_text('{' + 'x' * 200_000)
    assert ResultFiles(str(tmp_path), ORIGIN).begin() == set()


def test_parts_of_killed_processes_are_put_together(tmp_path):
    """Also if it was killed while it did so: no line comes twice."""
    files = ResultFiles(str(tmp_path), ORIGIN)
    files.begin()
    for rank in range(3):
        write(tmp_path, 2, rank, world_size=3)
    with (tmp_path / 'results.jsonl.part1').open('a') as file:
        file.write('{"pa')
    (tmp_path / 'results.jsonl').write_text(line('0-0') + line('9-9'))
    written = ResultFiles(str(tmp_path), ORIGIN).begin()
    assert written == {'0-0', '0-1', '1-0', '1-1', '2-0', '2-1', '9-9'}
    assert sorted(names(files.results)) == sorted(written)
    assert not list(tmp_path.glob('*.part*'))


def test_two_runs_at_once_are_refused(tmp_path):
    """Or the second would take away what the first is writing."""
    files = ResultFiles(str(tmp_path), ORIGIN)
    files.begin()
    write(tmp_path, 2, rank=0, world_size=2)
    before = set(tmp_path.iterdir())
    other = ResultFiles(str(tmp_path), ORIGIN).begin
    with pytest.raises(ValueError, match=f'another run writes to {tmp_path}; '
                       'wait for its end, or give another --out'):
        in_fork(other)
    assert set(tmp_path.iterdir()) == before
    files.end()
    assert in_fork(other) == {'0-0', '0-1'}


def test_broken_videos_are_those_of_the_last_run(tmp_path):
    files = ResultFiles(str(tmp_path), ORIGIN)
    for _ in range(2):
        files.begin()
        for rank in range(2):
            with LineWriter(files.broken, rank, 2) as writer:
                writer.write(dict(path=f'bad{rank}', error='why'))
        files.end()
        assert names(files.broken) == ['bad0', 'bad1']


@pytest.mark.parametrize('key,name', [
    ('settings_sha256', 'config'), ('checkpoint_sha256', 'checkpoint')])
@pytest.mark.parametrize('world_size', [1, 2])
def test_results_of_something_else_are_refused(tmp_path, key, name,
                                               world_size):
    ResultFiles(str(tmp_path), ORIGIN).begin()
    write(tmp_path, 1, world_size=world_size)
    with pytest.raises(ValueError, match=f'was made with another {name}'):
        ResultFiles(str(tmp_path), dict(ORIGIN, **{key: '3'})).begin()


def test_damaged_line_is_named(tmp_path):
    files = ResultFiles(str(tmp_path), ORIGIN)
    files.begin()
    files.results.write_text(line('a') + '\0\0\n' + line('b'))
    with pytest.raises(ValueError, match='line 2 is damaged'):
        files.begin()


def test_long_files_are_put_together_in_linear_time(tmp_path):
    """Of 20,000 lines and as many of another process, not their product."""
    files = ResultFiles(str(tmp_path), ORIGIN)
    files.begin()
    files.results.write_text(''.join(map(line, map(str, range(20_000)))))
    (tmp_path / 'results.jsonl.part1').write_text(
        ''.join(map(line, map(str, range(10_000, 30_000)))))
    began = time.process_time()
    files.end()
    assert time.process_time() - began < 3  # it takes a fifth of a second
    assert names(files.results) == list(map(str, range(30_000)))
