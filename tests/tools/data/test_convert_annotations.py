"""``convert_annotations.py``: from published files to lists."""
import json
from pathlib import Path
from typing import Callable, Dict, List

import pytest
from helpers import REPOSITORY
from mmengine.config import Config

HEADER = 'label,youtube_id,time_start,time_end,split,is_cc\n'
ANET = dict(
    version='1.3',
    taxonomy=[
        dict(nodeName='Run', parentName='Sport'),
        dict(nodeName='Bake', parentName='Food'),
        dict(nodeName='Dance', parentName='Root'),
        dict(nodeName='Sport', parentName='Root'),
        dict(nodeName='Food', parentName='Root'),
        dict(nodeName='Root', parentName=None),
    ],
    database={
        'one': dict(subset='training', annotations=[
            dict(label='Run', segment=[0, 1]),
            dict(label='Run', segment=[2, 3]),
            dict(label='Bake', segment=[4, 5])]),
        '-two': dict(subset='validation', annotations=[
            dict(label='Run', segment=[0, 1])]),
        'three': dict(subset='testing', annotations=[]),
    })


@pytest.fixture
def tool(load: Callable):
    """The script as a module."""
    return load('convert_annotations')


@pytest.fixture
def convert(tool, tmp_path: Path) -> Callable[..., Dict[str, List[str]]]:
    """Runs the command; returns the lines of every file that it wrote."""

    def run(*command: str) -> Dict[str, List[str]]:
        out = tmp_path / 'out'
        assert tool.main([*command, '--out', str(out)]) == 0
        return {path.name: path.read_text().splitlines()
                for path in out.iterdir()}

    return run


@pytest.fixture
def refuse(tool, tmp_path: Path,
           capsys: pytest.CaptureFixture) -> Callable[..., str]:
    """Runs a wrong command; returns its message."""

    def run(*command: str) -> str:
        out = tmp_path / 'refused'
        assert tool.main([*command, '--out', str(out)]) == 2
        assert not out.exists()
        captured = capsys.readouterr()
        assert captured.out == '' and captured.err.count('\n') == 1
        return captured.err

    return run


def write(path: Path, text: str) -> str:
    """Write a file; return its path."""
    path.write_text(text)
    return str(path)


def anet(folder: Path, change: Callable[[dict], object] = bool) -> str:
    """A changed annotation file of ActivityNet."""
    content = json.loads(json.dumps(ANET))
    change(content)
    return write(folder / 'activity_net.json', json.dumps(content))


def test_activitynet(convert, tmp_path, capsys):
    assert convert('activitynet', anet(tmp_path)) == {
        'anet_train_video.txt': ['v_one.mp4 0 2'],
        'anet_val_video.txt': ['v_-two.mp4 2'],
        'anet_classes.txt': ['Bake', 'Dance', 'Run'],
    }
    output = capsys.readouterr().out
    assert 'train: 1 videos of 2 classes, 1 with several labels' in output
    assert '1 test videos without labels were left out' in output


def test_json_with_a_byte_order_mark(convert, tmp_path):
    """As Windows' editor saves it."""
    path = write(tmp_path / 'anet.json', '\ufeff' + json.dumps(ANET))
    assert 'anet_train_video.txt' in convert('activitynet', path)
    command = sports(tmp_path, f'{URL}a 0\n', '')
    command[2] = write(tmp_path / 'test.json', '\ufeff' + json.dumps(
        [dict(id='-b', label487=[2, 1])]))
    assert convert(*command)['mini_sports1m_val_video.txt'] == ['-b.mp4 1 2']


def test_activitynet_with_other_names_and_numbers(convert, tmp_path):
    classes = write(tmp_path / 'classes.txt', 'Run\nBake\n')
    files = convert('activitynet', anet(tmp_path), '--classes', classes,
                    '--name', 'all/{id}.mkv')
    assert files['anet_val_video.txt'] == ['all/-two.mkv 0']


@pytest.mark.parametrize('change,message', [
    (lambda c: c.pop('taxonomy'), 'has no "taxonomy"'),
    (lambda c: c['database']['one'].update(subset='train'),
     "video one is in the unknown subset 'train'; known are training"),
    (lambda c: c['database']['-two']['annotations'][0].update(label='Swim'),
     "video -two has the unknown label 'Swim'"),
    (lambda c: c['database']['-two'].update(annotations=[]),
     'video -two has no label'),
    (lambda c: c['database']['one'].pop('annotations'),
     'video one has no list "annotations"'),
    (lambda c: c['taxonomy'][0].pop('parentName'), 'lacks "nodeName" or'),
    (lambda c: c['database'].pop('-two'), 'no video is left for the val'),
])
def test_wrong_activitynet(refuse, tmp_path, change, message):
    assert message in refuse('activitynet', anet(tmp_path, change))


def test_files_that_are_missing_or_of_another_kind(refuse, tmp_path):
    assert 'none.json does not exist' in refuse(
        'activitynet', str(tmp_path / 'none.json'))
    text = write(tmp_path / 'a.json', 'id,label')
    assert 'is no JSON' in refuse('activitynet', text)
    binary = tmp_path / 'labels.txt'
    binary.write_bytes(b'\xff\xfe\x00')
    assert 'is no UTF-8 text' in refuse(
        'activitynet', anet(tmp_path), '--classes', str(binary))


@pytest.mark.parametrize('name,message', [
    ('{youtube}.mp4', 'may contain {id}'),
    ('{id', 'may contain {id}'),
    ('{id}.mp4 1', 'cannot be told from the labels'),
    ('{id}.mp4\n', 'cannot be told from the labels'),
])
def test_wrong_name(refuse, tmp_path, name, message):
    assert message in refuse('activitynet', anet(tmp_path), '--name', name)


def test_lists_are_not_replaced_unasked(tool, tmp_path, capsys):
    out = tmp_path / 'out'
    out.mkdir()
    write(out / 'anet_val_video.txt', 'mine')
    command = ['activitynet', anet(tmp_path), '--out', str(out)]
    assert tool.main(command) == 2
    assert 'exists; give --overwrite' in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ['anet_val_video.txt']
    assert tool.main([*command, '--overwrite']) == 0
    assert (out / 'anet_val_video.txt').read_text() == 'v_-two.mp4 2\n'
    command[-1] = str(out / 'anet_val_video.txt' / 'below')
    assert tool.main(command) == 2
    assert 'give another --out' in capsys.readouterr().err


def test_existing_videos(convert, refuse, tmp_path, capsys):
    folder = tmp_path / 'videos'
    (folder / 'sub').mkdir(parents=True)
    for name in ('v_one.webm', 'v_one.mkv', 'v_one.txt', 'sub/v_-two.mp4',
                 '.mp4'):
        (folder / name).touch()
    command = ['activitynet', anet(tmp_path), '--existing', str(folder)]
    assert 'no video is left for the val list' in refuse(*command)
    # One folder for each split.
    files = convert(*command, str(folder / 'sub'))
    assert files['anet_train_video.txt'] == ['v_one.mkv 0 2']
    assert files['anet_val_video.txt'] == ['v_-two.mp4 2']
    assert 'val: 0 of 1 videos are not in' in capsys.readouterr().out
    command[-1] += 'x'
    assert 'videosx does not exist' in refuse(*command)


def kinetics(folder: Path, rows: str, val: str = '') -> List[str]:
    """A command for Mini-Kinetics."""
    train = write(folder / 'train.csv', HEADER + rows)
    val = write(folder / 'val.csv', HEADER + (
        val or 'a b,v1,1,11,val,0\nc,v2,2,12,validate,0\n'))
    classes = write(folder / 'classes.txt', 'c\nA_b\n')
    return ['mini-kinetics', '--train', train, '--val', val, '--classes',
            classes]


ROWS = ('"a b",-x_1,5,15,train,0\nother,z,1,2,train,0\n'
        'c,y,1234567.0,1234577.0,train,1\n')


def test_mini_kinetics(convert, tmp_path, capsys):
    files = convert(*kinetics(tmp_path, ROWS))
    assert files == {
        'mini_kinetics_train_video.txt': [
            '-x_1_000005_000015.mp4 1', 'y_1234567_1234577.mp4 0'],
        'mini_kinetics_val_video.txt': [
            'v1_000001_000011.mp4 1', 'v2_000002_000012.mp4 0'],
        'mini_kinetics_classes.txt': ['c', 'A_b'],
    }
    output = capsys.readouterr().out
    assert 'train: 1 videos of other classes were left out' in output


def test_mini_kinetics_in_folders_and_one_file(convert, tmp_path):
    rows = ROWS + 'c,v,1,2,val,0\na b,w,1,2,val,0\n,t,1,2,test,0\n'
    command = kinetics(tmp_path, rows)
    command[4] = command[2]
    files = convert(*command, '--name', '{label}/{id}.mp4')
    assert files['mini_kinetics_train_video.txt'] == [
        'a_b/-x_1.mp4 1', 'c/y.mp4 0']
    assert files['mini_kinetics_val_video.txt'] == ['c/v.mp4 0',
                                                    'a_b/w.mp4 1']


@pytest.mark.parametrize('rows,message', [
    ('c,y,1,2,train,0\n', "no train video of the class 'A_b'"),
    (ROWS + 'c,y,1,2,training,0\n', "line 5: unknown split 'training'"),
    (ROWS + 'c,y,one,2,train,0\n', 'line 5: time_start and time_end must be'),
    (ROWS + 'c,,1,2,train,0\n', 'line 5: needs a value in each'),
    (ROWS + 'c,y\n', 'line 5: unknown split None'),
    (ROWS + 'c,y,1234567,1234577,train,0\n', 'is twice in the train list'),
])
def test_wrong_mini_kinetics(refuse, tmp_path, rows, message):
    assert message in refuse(*kinetics(tmp_path, rows))


def test_wrong_header_and_classes(refuse, tmp_path):
    command = kinetics(tmp_path, ROWS)
    write(tmp_path / 'train.csv', 'label,id\nc,y\n')
    assert "line 1: the column 'youtube_id' is missing" in refuse(*command)
    write(tmp_path / 'classes.txt', 'c\nd\nc\n')
    assert "line 3: class 'c' is in line 1 already" in refuse(*command)
    write(tmp_path / 'classes.txt', '\n')
    assert 'names no class' in refuse(*command)


def fcvid(folder: Path, names: str, labels: str) -> List[str]:
    """A command for FCVID with three classes."""
    return ['fcvid', write(folder / 'names.txt', names),
            write(folder / 'labels.txt', labels), '--num-classes', '3']


def test_fcvid(convert, tmp_path, capsys):
    files = convert(*fcvid(
        tmp_path, 'x/a.mp4\ttrain\n\\x\\b.flv\ttest\nc.mp4 train\n',
        '0\t1\t1\n1.0 0.0 0.0\n0 0 0\n'))
    assert files == {'fcvid_train_video.txt': ['x/a.mp4 1 2'],
                     'fcvid_val_video.txt': ['x/b.flv 0']}
    assert '1 videos without a label' in capsys.readouterr().out


@pytest.mark.parametrize('names,labels,message', [
    ('a train\nb test\n', '0 0 1\n', 'labels.txt has fewer lines'),
    ('a train\n', '0 0 1\n1 0 0\n', 'names.txt has fewer lines'),
    ('a train\n\nb test\n', '0 0 1\n1 0 0\n', 'line 2 is empty in'),
    ('a train\n', '0 1\n', 'line 1: needs 3 columns, one a class, but has 2'),
    ('a train\n', '0 2 1\n', "must be 0 or 1, but one is '2'"),
    ('a val\n', '0 0 1\n', "line 1: unknown split 'val'; known are train"),
    ('a\n', '0 0 1\n', 'line 1: needs "name split"'),
    ('a 1\ttrain\nc\ttest\n', '0 0 1\n0 0 1\n', "'a 1' cannot be told"),
])
def test_wrong_fcvid(refuse, tmp_path, names, labels, message):
    assert message in refuse(*fcvid(tmp_path, names, labels))


URL = 'https://www.youtube.com/watch?v='


def sports(folder: Path, train: str, test: str, *more: str) -> List[str]:
    """A command for Mini-Sports1M with three classes."""
    return ['mini-sports1m', write(folder / 'train_partition.txt', train),
            write(folder / 'test_partition.txt', test), '--classes',
            write(folder / 'labels.txt', 'ski\nswim\nrun\n'), *more]


def partition(split: str, number: int) -> str:
    """``number`` videos of each of three classes, the last two in one."""
    lines = [f'{URL}{split}{c}_{i} {c}\n' for c in range(3)
             for i in range(number)]
    return ''.join(lines + [f'{URL}{split}both 1,2\n'])


def test_mini_sports1m(convert, tmp_path):
    command = sports(tmp_path, partition('a', 50), partition('b', 20))
    files = convert(*command)
    for split, number, letter in (('train', 30, 'a'), ('val', 10, 'b')):
        lines = files[f'mini_sports1m_{split}_video.txt']
        assert len(lines) == len(set(lines)) == 3 * number
        assert all(line.startswith(letter) for line in lines)
        assert lines == sorted(lines)
        drawn = [sum(str(c) in line.split()[1:] for line in lines)
                 for c in range(3)]
        # A video with two labels was drawn for one of them.
        assert all(number <= n <= number + 1 for n in drawn)
    assert files['mini_sports1m_classes.txt'] == ['ski', 'swim', 'run']
    again = convert(*command, '--overwrite')
    assert again == files
    # The order of the lines does not matter, the seed does.
    train = ''.join(partition('a', 50).splitlines(keepends=True)[::-1])
    command = sports(tmp_path, train, partition('b', 20), '--overwrite')
    assert convert(*command) == files
    other = convert(*command, '--seed', '1')
    assert other['mini_sports1m_train_video.txt'] != (
        files['mini_sports1m_train_video.txt'])


def test_mini_sports1m_draws_from_what_is_there(convert, tmp_path, capsys):
    folder = tmp_path / 'videos'
    folder.mkdir()
    for name in ('a0_1', 'a0_2', 'a0_3', 'a1_0', 'a2_9', 'b0_0', 'b1_0'):
        (folder / f'{name}.mkv').touch()
    files = convert(*sports(tmp_path, partition('a', 10), partition('b', 3),
                            '--per-class', '2', '1', '--existing',
                            str(folder)))
    lines = files['mini_sports1m_train_video.txt']
    assert len(lines) == 4 and {'a1_0.mkv 1', 'a2_9.mkv 2'} < set(lines)
    assert files['mini_sports1m_val_video.txt'] == ['b0_0.mkv 0',
                                                    'b1_0.mkv 1']
    output = capsys.readouterr().out
    assert 'train: 2 classes have fewer than 2 videos' in output
    assert 'val: 1 classes have fewer than 1 videos' in output


def test_mini_sports1m_lets_rare_classes_choose_first(convert, tmp_path):
    train = f'{URL}x 0,1,2\n{URL}y 0\n{URL}z 0,1\n'
    command = sports(tmp_path, train, f'{URL}v 0\n', '--overwrite')
    for seed in range(5):
        files = convert(*command, '--per-class', '1', '1', '--seed',
                        str(seed))
        assert len(files['mini_sports1m_train_video.txt']) == 3


def test_mini_sports1m_never_validates_on_training_videos(convert, tmp_path):
    both = ''.join(f'{URL}x{i} {i % 3}\n' for i in range(30))
    files = convert(*sports(tmp_path, both, both, '--per-class', '5', '5'))
    train, val = (set(files[f'mini_sports1m_{split}_video.txt'])
                  for split in ('train', 'val'))
    assert len(train) == len(val) == 15 and not train & val


def test_sports1m_as_json_and_with_repeated_lines(convert, tmp_path):
    command = sports(tmp_path, f'{URL}a 0\n{URL}a&t=1 2\n', '')
    command[2] = write(tmp_path / 'test.json', json.dumps(
        [dict(id='-b', label487=[2, 1], duration=10)]))
    files = convert(*command)
    assert files['mini_sports1m_train_video.txt'] == ['a.mp4 0 2']
    assert files['mini_sports1m_val_video.txt'] == ['-b.mp4 1 2']


@pytest.mark.parametrize('line,message', [
    (f'{URL}a 3', 'line 2: label 3 is outside [0, 3)'),
    (f'{URL}a x', 'line 2: labels must be whole numbers'),
    (f'{URL}a', 'line 2: the video has no label'),
    ('https://example.org/a 1', 'line 2: needs "URL LABEL,LABEL"'),
])
def test_wrong_sports1m(refuse, tmp_path, line, message):
    train = f'{URL}b 0\n{line}\n'
    assert message in refuse(*sports(tmp_path, train, f'{URL}c 0\n'))


@pytest.mark.parametrize('content,message', [
    ({'a': 1}, 'must hold a list'),
    ([dict(label487=[1])], 'video 1: has no "id"'),
    ([dict(id='a', label487='1')], 'video 1: "label487" must be a list'),
    ([dict(id='a', label487=[5])], 'video 1: label 5 is outside [0, 3)'),
])
def test_wrong_sports1m_json(refuse, tmp_path, content, message):
    command = sports(tmp_path, f'{URL}b 0\n', '')
    command[2] = write(tmp_path / 'test.json', json.dumps(content))
    assert message in refuse(*command)


def test_lists_have_the_names_that_the_configs_read(tool):
    bases = {
        'activitynet': 'anet_video_t10', 'fcvid': 'fcvid_video_t10',
        'mini-kinetics': 'mini_kinetics_video_t10',
        'mini-sports1m': 'mini_sports1m_video_t10',
        'kinetics': 'kinetics400_clip_model_l32'}
    # See test_three_splits.py and test_folders.py.
    others = {'ucf101', 'hmdb51', 'folders'}
    assert set(bases) | others == set(tool.DATA_SETS)
    for name, base in bases.items():
        data_set = tool.DATA_SETS[name]
        cfg = Config.fromfile(
            REPOSITORY / f'configs/_base_/datasets/{base}.py')
        for split in ('train', 'val'):
            expected = f'{data_set.folder}/{data_set.prefix}_{split}_video.txt'
            assert cfg[f'{split}_dataloader'].dataset.ann_file == expected
