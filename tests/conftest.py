"""Import the plugin first, as a config's ``custom_imports`` does."""
from pathlib import Path

import mmaction_sampler  # noqa: F401
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope, init_default_scope

from helpers import write_dataset, write_video

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def scope():
    """Registries look into MMAction2 first, as under its runner."""
    init_default_scope('mmaction')
    yield
    DefaultScope._instance_dict.clear()
    MMLogger._instance_dict.clear()


@pytest.fixture(scope='session', autouse=True)
def freed_memory_goes_back():
    """A command keeps it to its end; here the end is that of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmaction_sampler.apis.cli.keep_freed_memory', bool)
        yield


@pytest.fixture(scope='session', autouse=True)
def configs_are_not_formatted():
    """Every checkpoint holds its config's text; its layout, which nobody
    reads here, takes two fifths of a tiny run.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmengine.config.config.FormatCode',
                      lambda text, **_: (text, True))
        yield


@pytest.fixture(scope='session')
def ann_file(tmp_path_factory) -> Path:
    """Eight tiny videos and their annotation file."""
    return write_dataset(tmp_path_factory.mktemp('videos'))


@pytest.fixture
def broken_list(tmp_path: Path) -> Path:
    """A missing, a truncated and an empty file before two good ones."""
    write_video(tmp_path / 'good.mp4')
    content = write_video(tmp_path / 'good2.mp4', num_frames=40).read_bytes()
    (tmp_path / 'truncated.mp4').write_bytes(content[:len(content) // 2])
    (tmp_path / 'empty.mp4').write_bytes(b'')
    names = ['missing.mp4', 'truncated.mp4', 'empty.mp4', 'good.mp4',
             'good2.mp4']
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(''.join(f'{name} 1\n' for name in names))
    return ann_file
