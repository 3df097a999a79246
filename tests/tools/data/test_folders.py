"""``convert_annotations.py folders``: one's own videos, a folder a class."""
from pathlib import Path
from typing import Callable

import pytest


@pytest.fixture
def tool(load: Callable):
    """The script as a module."""
    return load('convert_annotations')


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Ten videos in b, five in a, one of them deeper, and another file."""
    for label, count in (('b', 10), ('a', 4)):
        for number in range(count):
            path = tmp_path / 'videos' / label / f'{number}.mp4'
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    (tmp_path / 'videos/a/deeper').mkdir()
    (tmp_path / 'videos/a/deeper/x.MKV').touch()
    (tmp_path / 'videos/a/notes.txt').touch()
    return tmp_path / 'videos'


def test_lists(tool, videos, tmp_path):
    out = tmp_path / 'out'
    assert tool.main(['folders', str(videos), '--out', str(out)]) == 0
    assert (out / 'own_classes.txt').read_text() == 'a\nb\n'
    train, val = ((out / f'own_{split}_video.txt').read_text().splitlines()
                  for split in ('train', 'val'))
    assert len(val) == 1 + 2 and len(train) == 4 + 8
    lines = {*train, *val}
    assert len(lines) == 15
    assert {'a/deeper/x.MKV 0', 'b/9.mp4 1'} <= lines
    assert not any('notes' in line for line in lines)


def test_names_that_people_have(tool, videos, tmp_path):
    """Blanks, a class in another place, and what their systems leave."""
    (videos / 'b').rename(tmp_path / 'elsewhere')
    (videos / 'tennis serve').symlink_to(tmp_path / 'elsewhere')
    (tmp_path / 'elsewhere/9.mp4').rename(tmp_path / 'elsewhere/my film 1.mp4')
    (tmp_path / 'elsewhere/._0.mp4').touch()
    (videos / 'a/.trash').mkdir()
    (videos / 'a/.trash/y.mp4').touch()
    (videos / '.ipynb_checkpoints').mkdir()
    out = tmp_path / 'out'
    assert tool.main(['folders', str(videos), '--out', str(out),
                      '--val-share', '0']) == 0
    lines = (out / 'own_train_video.txt').read_text().splitlines()
    assert len(lines) == 15 and 'tennis serve/my film 1.mp4 1' in lines
    assert (out / 'own_classes.txt').read_text() == 'a\ntennis serve\n'


def test_a_class_that_is_a_link_to_nothing(tool, videos, capsys):
    (videos / 'c').symlink_to(videos / 'gone')
    assert tool.main(['folders', str(videos)]) == 2
    assert 'videos/c is a link to what is not there' in (
        capsys.readouterr().err)


def test_everything_for_training(tool, videos, tmp_path):
    out = tmp_path / 'out'
    assert tool.main(['folders', str(videos), '--out', str(out),
                      '--val-share', '0']) == 0
    assert not (out / 'own_val_video.txt').exists()
    assert len((out / 'own_train_video.txt').read_text().splitlines()) == 15


def test_wrong_input(tool, videos, tmp_path, capsys):
    for arguments, message in (
            ([str(tmp_path / 'none')], 'none is no folder'),
            ([str(videos / 'b')], 'has no folders, one a class'),
            ([str(videos), '--val-share', '1'], 'must be in [0, 1)')):
        assert tool.main(['folders', *arguments]) == 2
        assert message in capsys.readouterr().err
    (videos / 'c').mkdir()
    (videos / 'c/only.mp4').touch()
    assert tool.main(['folders', str(videos)]) == 2
    assert 'c has 1 video(s), too few' in capsys.readouterr().err
