"""``check_annotations.py``: what it drops, and what it writes."""
import json
from pathlib import Path
from typing import Callable, Dict

import pytest
from helpers import pipeline, write_video
from mmaction.registry import DATASETS


@pytest.fixture
def tool(load: Callable):
    """The script as a module."""
    return load('check_annotations')


def options(ann_file: Path, *more: str) -> list:
    """A command line; the cleaned list is beside the list."""
    return [str(ann_file), '--data-prefix', str(ann_file.parent), '--out',
            str(ann_file.parent / 'clean.txt'), '--workers', '1', *more]


def report(folder: Path) -> dict:
    """The report of a run."""
    return json.loads((folder / 'clean.txt.report.json').read_text())


def problems(folder: Path) -> Dict[int, str]:
    """Line -> problem, from the report."""
    return {entry['line']: entry['problem']
            for entry in report(folder)['dropped']}


def write_list(folder: Path, *lines: str) -> Path:
    """A list, and an empty file for every name in it."""
    for line in lines:
        (folder / line.split(' ')[0]).touch()
    ann_file = folder / 'list.txt'
    ann_file.write_text(''.join(f'{line}\n' for line in lines))
    return ann_file


def test_nothing_is_dropped(tool, ann_file, tmp_path, capsys):
    out = tmp_path / 'new/clean.txt'
    assert tool.main([str(ann_file), '--data-prefix', str(ann_file.parent),
                      '--out', str(out), '--num-classes', '4']) == 0
    assert out.read_text() == ann_file.read_text()
    written = json.loads(Path(f'{out}.report.json').read_text())
    assert written['num_lines'] == written['num_kept'] == 8
    assert written['problems'] == {} and written['dropped'] == []
    assert written['classes_without_video'] == [3]
    assert '8 of 8 lines are good' in capsys.readouterr().out


@pytest.mark.parametrize('level', ['first', 'sampled'])
def test_broken_files(tool, broken_list, capsys, level):
    folder = broken_list.parent
    (folder / 'text.mp4').write_text('not a video')
    before = broken_list.read_text() + 'text.mp4 1\n'
    broken_list.write_text(before)
    assert tool.main(options(broken_list, '--decode', level)) == 1
    assert problems(folder) == {
        1: 'missing', 2: 'broken', 3: 'broken', 6: 'broken'}
    assert (folder / 'clean.txt').read_text() == 'good.mp4 1\ngood2.mp4 1\n'
    assert broken_list.read_text() == before
    output = capsys.readouterr()
    assert 'line 1, missing.mp4: missing: ' in output.out
    assert 'line 6, text.mp4: broken: cannot be decoded (' in output.out
    assert 'broken: 3\n' in output.out
    assert 'videos: 5 of 5' in output.err


def test_a_late_frame_is_broken(tool, tmp_path):
    """Only ``sampled`` is sure to find it."""
    video = write_video(tmp_path / 'a.mp4', num_frames=200, size=64)
    content = bytearray(video.read_bytes())
    start, end = content.index(b'mdat'), content.index(b'moov') - 8
    late = start + (end - start) * 9 // 10
    content[late:end] = b'\xff' * (end - late)
    video.write_bytes(content)
    ann_file = tmp_path / 'list.txt'
    write_video(tmp_path / 'b.mp4')
    ann_file.write_text('a.mp4 0\nb.mp4 0\n')
    assert tool.main(options(ann_file)) == 1
    assert problems(tmp_path) == {1: 'broken'}


def test_the_cleaned_list_can_be_loaded(tool, tmp_path):
    ann_file = write_list(
        tmp_path, 'a.mp4 0 2', 'b.mp4', 'c.mp4 x', 'd.mp4 3', 'e.mp4 -1',
        'a.mp4 2 0', './a.mp4 1', 'f.mp4  1', 'g.mp4 1 1')
    ann_file.write_text('\n' + ann_file.read_text())
    assert tool.main(options(ann_file, '--decode', 'none', '--num-classes',
                             '3')) == 1
    assert problems(tmp_path) == {
        3: 'malformed', 4: 'malformed', 5: 'label', 6: 'label',
        7: 'duplicate', 8: 'duplicate', 9: 'malformed'}
    reasons = {entry['line']: entry['reason']
               for entry in report(tmp_path)['dropped']}
    assert reasons[5] == 'label 3 is outside [0, 3)'
    assert reasons[7] == 'line 2 has this video already, with the same labels'
    assert reasons[8] == 'line 2 has this video already, with other labels'
    dataset = DATASETS.build(dict(
        type='UntrimmedVideoDataset', ann_file=str(tmp_path / 'clean.txt'),
        multi_class=True, num_classes=3, pipeline=pipeline(5)))
    assert [info['label'] for info in dataset.load_data_list()] == [
        [0, 2], [1, 1]]


def test_a_right_line_behind_a_wrong_one_stays(tool, tmp_path):
    ann_file = write_list(tmp_path, 'a.mp4 999', 'a.mp4 3', 'a.mp4 4')
    assert tool.main(options(ann_file, '--decode', 'none', '--num-classes',
                             '10')) == 1
    assert problems(tmp_path) == {1: 'label', 3: 'duplicate'}
    assert (tmp_path / 'clean.txt').read_text() == 'a.mp4 3\n'


def test_data_sets_of_single_labels(tool, tmp_path):
    ann_file = write_list(tmp_path, 'a.mp4 1', 'b.mp4 0 1')
    assert tool.main(options(
        ann_file, '--decode', 'none', '--single-label')) == 1
    assert problems(tmp_path) == {2: 'label'}


def test_without_a_number_of_classes(tool, tmp_path):
    ann_file = write_list(tmp_path, 'a.mp4 12345', 'b.mp4 -1')
    assert tool.main(options(ann_file, '--decode', 'none')) == 1
    assert problems(tmp_path) == {2: 'label'}


def test_another_delimiter(tool, tmp_path):
    (tmp_path / 'a b.mp4').touch()
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text('a b.mp4,1,2\n')
    assert tool.main(options(ann_file, '--decode', 'none', '--delimiter',
                             ',')) == 0
    assert (tmp_path / 'clean.txt').read_text() == 'a b.mp4,1,2\n'


def test_a_decoder_that_crashes_or_hangs(tool, task, tmp_path, capsys):
    ann_file = write_list(tmp_path, 'a 0', 'crash 1', 'hang 2', 'bad 0',
                          'b 1')
    assert tool.main(options(ann_file, '--timeout', '4'), task) == 1
    assert problems(tmp_path) == {2: 'crashed', 3: 'timeout', 4: 'broken'}
    assert (tmp_path / 'clean.txt').read_text() == 'a 0\nb 1\n'
    assert report(tmp_path)['problems'] == dict(
        broken=1, crashed=1, timeout=1)
    output = capsys.readouterr().out
    assert 'line 2, crash: crashed: the process that read it was ended by ' \
        'SIGSEGV' in output
    assert 'line 3, hang: timeout: not read after 4 seconds' in output


def test_long_output_is_cut(tool, tmp_path, capsys):
    lines = [f'{i}.mp4 0' for i in range(31)]
    ann_file = write_list(tmp_path, *lines)
    for i in range(30):
        (tmp_path / f'{i}.mp4').unlink()
    assert tool.main(options(ann_file, '--decode', 'none')) == 1
    output = capsys.readouterr().out
    assert '... and 10 more\n' in output and 'missing: 30\n' in output
    assert len(report(tmp_path)['dropped']) == 30


def test_an_empty_list_is_not_written(tool, tmp_path, capsys):
    ann_file = write_list(tmp_path, 'a.mp4 0')
    (tmp_path / 'a.mp4').unlink()
    assert tool.main(options(ann_file)) == 2
    assert 'is --data-prefix' in capsys.readouterr().err
    assert not (tmp_path / 'clean.txt').exists()
    assert problems(tmp_path) == {1: 'missing'}


@pytest.mark.parametrize('option,message', [
    (('--out', '{list}'), 'must be three files'),
    (('--report', '{list}'), 'must be three files'),
    (('--report', '{folder}/x/../clean.txt'), 'must be three files'),
    (('--workers', '0'), '--workers must be at least 1'),
    (('--timeout', '0'), '--timeout must be above 0'),
    (('--decode', 'all'), 'invalid choice'),
])
def test_wrong_options(tool, tmp_path, capsys, option, message):
    ann_file = write_list(tmp_path, 'a.mp4 0')
    more = [text.format(list=ann_file, folder=tmp_path) for text in option]
    with pytest.raises(SystemExit) as stop:
        tool.main(options(ann_file, *more))
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
    assert ann_file.read_text() == 'a.mp4 0\n'


def test_missing_input(tool, tmp_path, capsys):
    ann_file = tmp_path / 'list.txt'
    assert tool.main(options(ann_file)) == 2
    assert 'list.txt does not exist' in capsys.readouterr().err
    ann_file.write_text('\n')
    assert tool.main(options(ann_file)) == 2
    assert 'names no video' in capsys.readouterr().err
    ann_file.write_text('a.mp4 0\n')
    assert tool.main(options(
        ann_file, '--data-prefix', str(tmp_path / 'none'))) == 2
    assert 'is no folder' in capsys.readouterr().err
