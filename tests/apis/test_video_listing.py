"""Which videos a command line means."""
import os
import shutil
from pathlib import Path

import pytest

from mmaction_sampler.apis.video_listing import iter_videos


@pytest.fixture
def tree(tmp_path: Path, monkeypatch) -> Path:
    for name in ('b.mp4', 'a.MKV', 'note.txt', 'sub/c.webm', 'sub/d.jpg',
                 'odd[1].mp4'):
        path = tmp_path / 'v' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize('inputs,expected', [
    (['v'], ['v/a.MKV', 'v/b.mp4', 'v/odd[1].mp4', 'v/sub/c.webm']),
    (['v/sub', 'v/b.mp4', 'v'],
     ['v/sub/c.webm', 'v/b.mp4', 'v/a.MKV', 'v/odd[1].mp4']),
    (['v/*.mp4'], ['v/b.mp4', 'v/odd[1].mp4']),
    (['v/**/*.webm'], ['v/sub/c.webm']),
    # A name that exists is no pattern; one that does not is given as it is.
    (['v/odd[1].mp4', './v/b.mp4', 'gone.mp4'],
     ['v/odd[1].mp4', 'v/b.mp4', 'gone.mp4']),
    (['none/*.mp4'], []),
    (['v/b.mp4', '{here}/v/b.mp4', '{here}/v/sub/c.webm', 'v/sub'],
     ['v/b.mp4', '{here}/v/sub/c.webm']),
])
def test_order_and_repeats(tree, inputs, expected):
    found = list(iter_videos([x.format(here=tree) for x in inputs]))
    assert found == [x.format(here=tree) for x in expected]


def test_circles_of_links_end(tree):
    (tree / 'v/sub/up').symlink_to(tree / 'v')
    found = list(iter_videos(['v']))
    assert len(found) == len(set(found)) == 4


def test_links_to_each_other(tree):
    (tree / 'v/one.mp4').symlink_to(tree / 'v/other.mp4')
    (tree / 'v/other.mp4').symlink_to(tree / 'v/one.mp4')
    assert 'v/sub/c.webm' in list(iter_videos(['v']))


def forbid(folder: str) -> None:
    raise PermissionError(13, 'Permission denied', folder)


@pytest.mark.parametrize('spoil,reason', [
    (forbid, 'Permission denied'),
    (shutil.rmtree, 'No such file or directory')])
def test_closed_folders_and_those_that_vanish(tree, monkeypatch, spoil,
                                              reason):
    """They cost their own videos, and no others."""
    scandir = os.scandir

    def spoiled(folder):
        if folder == 'v/a_sub':
            spoil(folder)
        return scandir(folder)

    (tree / 'v/sub').rename(tree / 'v/a_sub')
    monkeypatch.setattr(os, 'scandir', spoiled)
    with pytest.warns(UserWarning, match=f'v/a_sub cannot be read .{reason}'):
        assert list(iter_videos(['v'])) == [
            'v/a.MKV', 'v/b.mp4', 'v/odd[1].mp4']


def test_folders_are_read_when_they_are_reached(tree):
    videos = iter_videos(['v/b.mp4', 'v'])
    assert next(videos) == 'v/b.mp4'
    (tree / 'v/late.mp4').touch()
    assert 'v/late.mp4' in list(videos)
