"""What the tests of the tools for annotations share."""
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Callable, Iterator

import pytest
from helpers import REPOSITORY

TOOL_DIR = REPOSITORY / 'tools/data'
PACKAGES = ('annotations', 'convert_annotations', 'check_annotations',
            'reencode')
TASKS = """
import os
import signal
import time


def read(path):
    path = os.path.basename(path)
    if 'crash' in path:
        os.kill(os.getpid(), signal.SIGSEGV)
    if 'exit' in path:
        os._exit(3)
    if 'hang' in path:
        time.sleep(600)
    if 'bug' in path:
        raise KeyError('no such option')
    return 'bad' if 'bad' in path else ''
"""


@pytest.fixture(scope='module')
def load() -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module from ``tools/data``."""
    sys.path.insert(0, str(TOOL_DIR))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(TOOL_DIR))
        for name in list(sys.modules):
            if name.split('.')[0] in PACKAGES:
                del sys.modules[name]


@pytest.fixture
def task(tmp_path: Path,
         monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Takes the place of a decoder; a file's name tells what happens."""
    folder = tmp_path / 'tasks'
    folder.mkdir()
    (folder / 'pretended_decoder.py').write_text(TASKS)
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module('pretended_decoder').read
    del sys.modules['pretended_decoder']
