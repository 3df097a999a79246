"""Selection files that are begun, broken off and gone on with."""
import json
from pathlib import Path
from typing import Set

import pytest
from helpers_forks import in_fork

from mmaction_sampler.apis.selection_writer import SelectionWriter

ORIGIN = dict(config='c.py', settings_sha256='1', checkpoint='w.pth',
              checkpoint_sha256='2', split='test')


def record(path: str) -> dict:
    return dict(path=path, total_frames=9, frame_inds=[1, 2])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A file with two lines, in a folder that was not there."""
    path = tmp_path / 'new' / 'out.jsonl'
    with SelectionWriter(str(path), ORIGIN) as writer:
        writer.write([record('a'), record('b')])
        # Nobody has to close it.
        assert len(path.read_text().splitlines()) == 2
    return path


def test_one_line_a_video_and_its_origin_beside_it(out: Path) -> None:
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines == [record('a'), record('b')]
    assert json.loads(Path(f'{out}.meta.json').read_text()) == ORIGIN


@pytest.mark.parametrize('half_line', [
    '', '{', json.dumps(record('c'))[:-3], json.dumps(record('c'))])
def test_complete_lines_are_kept(out: Path, half_line: str) -> None:
    """A line without its end is dropped, also where it looks complete."""
    before = out.read_text()
    out.write_text(before + half_line)
    with SelectionWriter(str(out), ORIGIN) as writer:
        assert writer.written == {'a', 'b'}
        assert out.read_text() == before
        writer.write([record('b'), record('c'), record('c')])
    assert out.read_text() == before + json.dumps(record('c')) + '\n'


def test_begun_but_without_a_line(out: Path) -> None:
    out.write_text('{"path"')
    with SelectionWriter(str(out), ORIGIN) as writer:
        assert writer.written == set() and out.read_text() == ''
    # An empty file has no origin to keep.
    with SelectionWriter(str(out), dict(ORIGIN, split='val')):
        assert json.loads(
            Path(f'{out}.meta.json').read_text())['split'] == 'val'


@pytest.mark.parametrize('key, message', [
    ('split', r'another split \(test, now test\)'),
    ('settings_sha256',
     r'another config or other options \(c.py, now c.py\)'),
    ('checkpoint_sha256', r'another checkpoint \(w.pth, now w.pth\)'),
])
def test_other_origins_are_refused(out: Path, key: str,
                                   message: str) -> None:
    before = out.read_text()
    shown = dict(ORIGIN)
    shown[key] = 'x'
    if key == 'split':
        message = message.replace('now test', 'now x')
    with pytest.raises(ValueError, match=f'{out} was made with {message}; '
                       'give another name, or remove it'):
        SelectionWriter(str(out), shown)
    assert out.read_text() == before


def test_moved_config_and_checkpoint_are_the_same(out: Path) -> None:
    moved = dict(ORIGIN, config='there/c.py', checkpoint='there/w.pth')
    with SelectionWriter(str(out), moved) as writer:
        assert writer.written == {'a', 'b'}


def test_unknown_origin_and_malformed_lines(out: Path) -> None:
    content = out.read_text()
    out.write_text('no JSON\n' + content)
    with pytest.raises(ValueError, match='line 1: is no JSON'):
        SelectionWriter(str(out), ORIGIN)
    Path(f'{out}.meta.json').unlink()
    with pytest.raises(ValueError, match='exists, but not .*meta.json'):
        SelectionWriter(str(out), ORIGIN)


def lines_of(out: Path) -> Set[str]:
    with SelectionWriter(str(out), ORIGIN) as writer:
        return writer.written


def test_two_runs_at_once_are_refused(out: Path) -> None:
    """Each would write the lines that it found missing."""
    with SelectionWriter(str(out), ORIGIN):
        with pytest.raises(ValueError, match=f'another run writes to {out}; '
                           'wait for its end, or give another name'):
            in_fork(lines_of, out)
    assert in_fork(lines_of, out) == {'a', 'b'}
