"""Cutting off what a killed run left unfinished; see also the writers."""
from pathlib import Path

import pytest

from mmaction_sampler.apis.json_lines import begin_lines, drop_half_line

BLOCK = 1 << 16
ORIGIN = dict(config='c.py', settings_sha256='1', checkpoint='w.pth',
              checkpoint_sha256='2', split='test')


@pytest.mark.parametrize('finished', [
    b'', b'\n', b'{}\n', b'{}\n' * BLOCK, b'x' * (BLOCK - 1) + b'\n',
    b'x' * BLOCK + b'\n'], ids=lambda text: str(len(text)))
@pytest.mark.parametrize('half', [1, BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_a_file_ends_with_its_last_finished_line(
        tmp_path: Path, finished: bytes, half: int) -> None:
    path = tmp_path / 'lines.jsonl'
    path.write_bytes(finished + b'y' * half)
    drop_half_line(path)
    assert path.read_bytes() == finished
    # Nothing is left to do: readers see the file unchanged.
    before = path.stat().st_mtime_ns
    drop_half_line(path)
    assert path.stat().st_mtime_ns == before


def test_no_file(tmp_path: Path) -> None:
    drop_half_line(tmp_path / 'lines.jsonl')
    assert not list(tmp_path.iterdir())


def test_lines_in_parts_alone_have_an_origin_to_keep(tmp_path: Path) -> None:
    path = tmp_path / 'lines.jsonl'
    begin_lines(path, ORIGIN)
    parts = [tmp_path / 'lines.jsonl.part0']
    begin_lines(path, ORIGIN, parts)
    other = dict(ORIGIN, split='val')
    with pytest.raises(ValueError, match=r'another split \(test, now val\)'):
        begin_lines(path, other, parts)
    begin_lines(path, other)


@pytest.mark.parametrize('content', ['', '[1]', '{'])
def test_a_damaged_origin_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / 'lines.jsonl'
    path.write_text('{}\n')
    Path(f'{path}.meta.json').write_text(content)
    with pytest.raises(ValueError, match='meta.json is damaged, .*; give an'):
        begin_lines(path, ORIGIN)
