"""Files that are read once, of every kind by itself."""
import json
from pathlib import Path

import pytest

from mmaction_sampler.datasets.cached_file import read_cached
from mmaction_sampler.datasets.clip_scores_file import ClipScoresFile
from mmaction_sampler.datasets.selection_file import SelectionFile

# A line that both kinds of file can have.
LINE = dict(path='a.mp4', total_frames=12, frame_inds=[1, 5], clip_len=6,
            frame_interval=1, confidence=[.5, .25])


def write(path: Path, *names: str) -> None:
    path.write_text(''.join(
        json.dumps(dict(LINE, path=name)) + '\n' for name in names))


@pytest.mark.parametrize('kind', [SelectionFile, ClipScoresFile])
def test_read_once_unless_it_changes(kind: type, tmp_path: Path) -> None:
    path = tmp_path / 'lines.jsonl'
    write(path, 'a.mp4')
    first = read_cached(kind, str(path))
    assert read_cached(kind, str(path)) is first
    write(path, 'a.mp4', 'b.mp4')
    assert len(read_cached(kind, str(path)).lines) == 2


def test_kinds_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / 'lines.jsonl'
    write(path, 'a.mp4')
    for kind in (SelectionFile, ClipScoresFile, SelectionFile):
        assert type(read_cached(kind, str(path))) is kind


@pytest.mark.parametrize('kind,message', [
    (SelectionFile, 'export_selection.py'), (ClipScoresFile, 'score_clips')])
def test_missing_file(kind: type, message: str, tmp_path: Path) -> None:
    """Also one that was there before."""
    path = tmp_path / 'lines.jsonl'
    for _ in range(2):
        with pytest.raises(FileNotFoundError, match=(
                f'{path} does not exist; .*{message}')):
            read_cached(kind, str(path))
        write(path, 'a.mp4')
        read_cached(kind, str(path))
        path.unlink()
