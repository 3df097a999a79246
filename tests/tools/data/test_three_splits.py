"""UCF-101, HMDB-51 and all of Kinetics, converted to lists."""
from pathlib import Path
from typing import Callable

import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture
def tool(load: Callable):
    """The script as a module."""
    return load('convert_annotations')


def write_ucf101(folder: Path) -> Path:
    """Two classes, in the published form."""
    (folder / 'classInd.txt').write_text('1 Zoo\n2 Archery\n')
    for split in (1, 2, 3):
        (folder / f'trainlist0{split}.txt').write_text(
            f'Zoo/v_Zoo_g0{split}.avi 1\r\nArchery/v_a.avi 2\r\n')
        (folder / f'testlist0{split}.txt').write_text('Archery/v_b.avi\n')
    return folder


def write_hmdb51(folder: Path) -> Path:
    """Two classes, in the published form."""
    for split in (1, 2, 3):
        (folder / f'run_test_split{split}.txt').write_text(
            f'a.avi 1 \nb.avi {split % 3} \n')
        (folder / f'brush_hair_test_split{split}.txt').write_text('c.avi 2\n')
    return folder


def lines(path: Path) -> list:
    """Lines of a file."""
    return path.read_text().splitlines()


def test_ucf101(tool, tmp_path: Path) -> None:
    out = tmp_path / 'out'
    source = write_ucf101(tmp_path)
    assert tool.main(['ucf101', str(source), '--out', str(out)]) == 0
    assert lines(out / 'ucf101_classes.txt') == ['Zoo', 'Archery']
    for split in (1, 2, 3):
        assert lines(out / f'ucf101_train_split_{split}_video.txt') == [
            f'Zoo/v_Zoo_g0{split}.avi 0', 'Archery/v_a.avi 1']
        assert lines(out / f'ucf101_val_split_{split}_video.txt') == [
            'Archery/v_b.avi 1']


def test_hmdb51(tool, tmp_path: Path) -> None:
    out = tmp_path / 'out'
    source = write_hmdb51(tmp_path)
    assert tool.main(['hmdb51', str(source), '--out', str(out)]) == 0
    assert lines(out / 'hmdb51_classes.txt') == ['brush_hair', 'run']
    train = [lines(out / f'hmdb51_train_split_{split}_video.txt')
             for split in (1, 2, 3)]
    assert train == [['run/a.avi 1', 'run/b.avi 1'], ['run/a.avi 1'],
                     ['run/a.avi 1']]
    assert lines(out / 'hmdb51_val_split_2_video.txt') == [
        'brush_hair/c.avi 0', 'run/b.avi 1']
    assert lines(out / 'hmdb51_val_split_3_video.txt') == [
        'brush_hair/c.avi 0']


def test_two_folders_hold_all_splits(tool, tmp_path: Path) -> None:
    for name in ('train/Zoo/v_Zoo_g01.mkv', 'train/Archery/v_a.avi',
                 'val/Archery/v_b.avi'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert tool.main([
        'ucf101', str(write_ucf101(tmp_path)), '--existing',
        str(tmp_path / 'train'), str(tmp_path / 'val'), '--out',
        str(tmp_path / 'out')]) == 0
    train, val = (
        [lines(tmp_path / f'out/ucf101_{part}_split_{split}_video.txt')
         for split in (1, 2, 3)] for part in ('train', 'val'))
    assert train == [['Zoo/v_Zoo_g01.mkv 0', 'Archery/v_a.avi 1'],
                     ['Archery/v_a.avi 1'], ['Archery/v_a.avi 1']]
    assert val == [['Archery/v_b.avi 1']] * 3


@pytest.mark.parametrize('name, text, message', [
    ('classInd.txt', '1 Zoo\n3 Archery\n', 'line 2: needs "2 NAME"'),
    ('trainlist02.txt', 'Boo/v.avi 1\n', 'needs "class/video.avi"'),
    ('testlist03.txt', '', 'no video is left for the val_split_3 list'),
])
def test_wrong_ucf101(tool, tmp_path: Path, capsys, name: str, text: str,
                      message: str) -> None:
    (write_ucf101(tmp_path) / name).write_text(text)
    out = tmp_path / 'out'
    assert tool.main(['ucf101', str(tmp_path), '--out', str(out)]) == 2
    assert message in capsys.readouterr().err and not out.exists()


def test_wrong_hmdb51(tool, tmp_path: Path, capsys) -> None:
    command = ['hmdb51', str(tmp_path), '--out', str(tmp_path / 'out')]
    assert tool.main(command) == 2
    assert 'no file CLASS_test_split1.txt' in capsys.readouterr().err
    write_hmdb51(tmp_path)
    (tmp_path / 'run_test_split3.txt').write_text('a.avi 3\n')
    assert tool.main(command) == 2
    assert 'N one of 1, 2, 0, but is' in capsys.readouterr().err


def test_all_of_kinetics(tool, tmp_path: Path) -> None:
    table = tmp_path / 'both.csv'
    table.write_text('label,youtube_id,time_start,time_end,split\n'
                     'zumba,a,1,11,train\n"air drumming",b,2,12,train\n'
                     'zumba,c,3,13,validate\nair drumming,d,4,14,val\n')
    out = tmp_path / 'out'
    command = ['kinetics', '--train', str(table), '--val', str(table)]
    assert tool.main([*command, '--out', str(out)]) == 0
    assert lines(out / 'kinetics400_classes.txt') == ['air drumming', 'zumba']
    assert lines(out / 'kinetics400_train_video.txt') == [
        'a_000001_000011.mp4 1', 'b_000002_000012.mp4 0']


@pytest.mark.parametrize('name', ['ucf101', 'hmdb51'])
@pytest.mark.parametrize('split', [1, 2, 3])
def test_configs_read_what_is_written(name: str, split: int) -> None:
    path, = (REPOSITORY / 'configs/faster').glob(f'*_{name}-split{split}-*')
    cfg = Config.fromfile(path)
    for loader, part in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        assert cfg[f'{loader}_dataloader'].dataset.ann_file == (
            f'data/{name}/{name}_{part}_split_{split}_video.txt')
