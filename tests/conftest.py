"""Import the plugin first, as a config's ``custom_imports`` does."""
from pathlib import Path

import mmaction_sampler  # noqa: F401
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope, init_default_scope

from helpers import write_dataset

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def scope():
    """Registries look into MMAction2 first, as under its runner."""
    init_default_scope('mmaction')
    yield
    DefaultScope._instance_dict.clear()
    MMLogger._instance_dict.clear()


@pytest.fixture(scope='session')
def ann_file(tmp_path_factory) -> Path:
    """Eight tiny videos and their annotation file."""
    return write_dataset(tmp_path_factory.mktemp('videos'))
