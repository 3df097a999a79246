"""Files below a folder, through links, but never for ever."""
from pathlib import Path

import pytest


@pytest.fixture
def files_below(load):
    return load('annotations.folder_walk').files_below


def names(paths, folder: Path) -> list:
    """Paths below the folder."""
    return [path.relative_to(folder).as_posix() for path in paths]


def test_links_and_loops(files_below, tmp_path: Path) -> None:
    other = tmp_path / 'disk2/class'
    other.mkdir(parents=True)
    (other / 'x.mp4').touch()
    folder = tmp_path / 'videos'
    (folder / 'a/deeper').mkdir(parents=True)
    (folder / 'a/1.mp4').touch()
    (folder / 'linked').symlink_to(other)
    (folder / 'again').symlink_to(other)
    (folder / 'one.mp4').symlink_to(other / 'x.mp4')
    (folder / 'gone.mp4').symlink_to(tmp_path / 'nowhere')
    (folder / 'a/deeper/up').symlink_to(folder)
    (other / 'self').symlink_to(other)
    (folder / 'round.mp4').symlink_to(folder / 'about.mp4')
    (folder / 'about.mp4').symlink_to(folder / 'round.mp4')
    assert names(files_below(folder), folder) == [
        'a/1.mp4', 'again/x.mp4', 'linked/x.mp4', 'one.mp4']
    assert names(files_below(folder, left_out=other), folder) == [
        'a/1.mp4', 'one.mp4']


def test_lists_follow_them(load, tmp_path: Path) -> None:
    video_files = load('annotations.lists').video_files
    (tmp_path / 'disk2').mkdir()
    (tmp_path / 'disk2/x.mp4').touch()
    folder = tmp_path / 'videos'
    folder.mkdir()
    (folder / 'linked').symlink_to(tmp_path / 'disk2')
    (folder / 'up').symlink_to(folder)
    assert set(video_files(folder)) == {'linked/x.mp4', 'linked/x'}
