"""Selection files: their form, and which line is a video's."""
import json
from pathlib import Path
from typing import Any, List, Optional

import pytest

from mmaction_sampler.datasets.selection_file import (SelectionFile,
                                                      SelectionFileError)


def line(path: str = 'a.mp4', **fields: Any) -> dict:
    return {**dict(path=path, total_frames=12, frame_inds=[1, 5]), **fields}


def write(path: Path, *lines: dict) -> str:
    path.write_text(''.join(json.dumps(fields) + '\n' for fields in lines))
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / 'selected.jsonl'


def found(file: Path, paths: List[str], video: str,
          num_path_parts: Optional[int] = None) -> str:
    """Path of the line that is a video's."""
    write(file, *map(line, paths))
    return SelectionFile(str(file)).find(video, num_path_parts).path


def test_what_a_line_says(file: Path) -> None:
    write(file, line('a.mp4'),
          line('b.mp4', start_index=1, frame_inds=[1, 12], unit='patch',
               candidate_frame_inds=[12, 4, 1], scores=[.5, .3, .2],
               boxes=[[0, 0, 1, 1]] * 2, pred_label=3),
          line('c.mp4', unit='clip', frame_inds=[[4, 5], [2, 3]],
               candidate_frame_inds=[[2, 3], [4, 5]], scores=[.9, .1]),
          line('d.mp4', frame_inds=[]),
          # A short video, whose candidates repeat.
          line('e.mp4', frame_inds=[1], candidate_frame_inds=[1, 1, 2],
               scores=[.9, .1, .3]))
    a, b, c, d, e = SelectionFile(str(file)).lines
    assert (a.number, a.total_frames, a.unit, a.scores) == (
        1, 12, 'frame', None)
    assert a.frame_inds.tolist() == [1, 5]
    assert (b.number, b.unit) == (2, 'patch')
    assert b.frame_inds.tolist() == [0, 11]  # from 0
    assert b.scores.tolist() == [.2, .5]  # of those selected
    assert c.frame_inds.tolist() == [[4, 5], [2, 3]]
    assert c.scores.tolist() == [.1, .9]
    assert d.frame_inds.shape == (0, )
    assert e.scores.tolist() == [.9]


@pytest.mark.parametrize('fields, message', [
    (dict(path=3), "needs 'path' of type str, but has 3"),
    (dict(total_frames='12'), "needs 'total_frames' of type int"),
    (dict(frame_inds=None), "needs 'frame_inds' of type list, but has None"),
    (dict(start_index='1'), "needs 'start_index' of type int"),
    (dict(scores=0.5), "needs 'scores' of type list"),
    (dict(unit='second'), "unit must be one of .* but is 'second'"),
    (dict(frame_inds=[1.5]), 'must be whole numbers .K, ., but are .1.5'),
    (dict(frame_inds=[[1], [2]]), 'must be whole numbers'),
    (dict(frame_inds=[1, 2], unit='clip'), 'whole numbers .K, L.'),
    (dict(frame_inds=[[1, 2], [3]], unit='clip'), 'whole numbers .K, L.'),
    (dict(frame_inds=[5, 1]), 'must ascend, but are .5, 1'),
    (dict(frame_inds=[12]), r'within \[0, 12\)'),
    (dict(frame_inds=[0], start_index=1), r'within \[1, 13\)'),
    (dict(scores=[.1], candidate_frame_inds=[1, 5]), 'one value for each'),
    (dict(scores=[.1, .2], candidate_frame_inds=[1, 6]), 'must be among'),
])
def test_malformed_lines(file: Path, fields: dict, message: str) -> None:
    write(file, line('first.mp4'), line(**fields))
    with pytest.raises(SelectionFileError, match=message) as error:
        SelectionFile(str(file))
    assert str(error.value).startswith(f'selection file {file}, line 2: ')
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize('text', ['{"path": "b.m', '[1, 2]', 'a.mp4 3'])
def test_lines_that_are_no_objects(file: Path, text: str) -> None:
    file.write_text(json.dumps(line()) + '\n\n' + text)
    with pytest.raises(SelectionFileError,
                       match='line 3: is no JSON .*completes an interrupted'):
        SelectionFile(str(file))


def test_missing_and_empty_file(file: Path) -> None:
    with pytest.raises(FileNotFoundError,
                       match=f'{file} does not exist; .*export_sel'):
        SelectionFile(str(file))
    file.write_text('\n')
    with pytest.raises(SelectionFileError, match='is empty'):
        SelectionFile(str(file))


def test_two_lines_for_one_video(file: Path) -> None:
    write(file, line('x/a.mp4'), line('b.mp4'), line('./x/a.mp4'))
    with pytest.raises(SelectionFileError,
                       match=r'several .*line 1 \(x/a.mp4\), line 3 '):
        SelectionFile(str(file))


@pytest.mark.parametrize('video', [
    'test/0.mp4', 'data/videos/test/0.mp4', '/raid/x/../test/./0.mp4'])
def test_path_below_the_prefix_is_enough(file: Path, video: str) -> None:
    assert found(file, ['test/1.mp4', 'test/0.mp4'], video) == 'test/0.mp4'


def test_longest_path_wins(file: Path) -> None:
    paths = ['0.mp4', 'test/0.mp4', 'old/test/0.mp4']
    assert found(file, paths, 'new/test/0.mp4') == 'test/0.mp4'
    assert found(file, paths, 'old/test/0.mp4') == 'old/test/0.mp4'
    assert found(file, paths, 'train/0.mp4') == '0.mp4'


def test_same_name_in_another_folder_is_another_video(file: Path) -> None:
    """Sets often number their videos alike in every split."""
    with pytest.raises(
            SelectionFileError, match='no line for video data/train/0.mp4 '
            r'\(line 1 is for test/0.mp4\); .*num_path_parts'):
        found(file, ['test/0.mp4'], 'data/train/0.mp4')


def test_last_parts_alone_on_demand(file: Path) -> None:
    paths = ['x/test/0.mp4', 'x/val/0.mp4', '1.mp4']
    assert found(file, paths, 'y/val/0.mp4', 2) == 'x/val/0.mp4'
    assert found(file, paths, 'z/1.mp4', 1) == '1.mp4'
    with pytest.raises(SelectionFileError, match=r'several lines that may '
                       r'be for video y/val/0.mp4: line 1 .* line 2 '):
        found(file, paths, 'y/val/0.mp4', 1)
    with pytest.raises(SelectionFileError, match='no line for video z.1'):
        found(file, paths, 'z/1.mp4', 2)


def test_folder_of_frames_finds_the_line_of_the_video(file: Path) -> None:
    assert found(file, ['a/v.1.mp4', 'a/v.2.mp4'], 'raw/a/v.2') == 'a/v.2.mp4'
    assert found(file, ['a/v'], 'videos/a/v.webm') == 'a/v'
    # Two extensions, or numbers that look like some, are two videos.
    for path, video in (('v.mp4', 'v.webm'), ('clip.1', 'clip.2')):
        with pytest.raises(SelectionFileError, match='no line'):
            found(file, [path], video)
    with pytest.raises(SelectionFileError, match='several lines that may'):
        found(file, ['v.mp4', 'v.webm'], 'v')
