"""The list of broken videos."""
from pathlib import Path

import pytest

from mmaction_sampler.datasets import add_to_quarantine, read_quarantine


def test_what_is_added_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'quarantine.jsonl'
    entries = {'a b.mp4': 'one', 'é"\n.mp4': 'two', 'c.mp4': 'three'}
    for name, reason in entries.items():
        add_to_quarantine(path, name, reason)
    add_to_quarantine(path, 'c.mp4', 'three')  # by another process
    assert read_quarantine(path) == entries
    assert len(path.read_text().splitlines()) == 4
    with path.open('a') as file:
        file.write('{"filename": "d.m')  # cut short by a kill
    assert read_quarantine(path) == entries
    for name in 'ef':
        add_to_quarantine(path, name, 'behind it')
        entries[name] = 'behind it'
    assert read_quarantine(path) == entries


@pytest.mark.parametrize('line', ['[]', '{"filename": 3, "reason": "x"}',
                                  'x', '{"filename": "a"}', '[' * 99999])
def test_malformed_lists_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / 'list.jsonl'
    path.write_text(line + '\n{"filename": "a", "reason": "b"}\n')
    with pytest.raises(ValueError, match=r'list.jsonl, line 1: needs "file'):
        read_quarantine(path)


def test_a_missing_list(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='none.jsonl does not exist'):
        read_quarantine(tmp_path / 'none.jsonl')
