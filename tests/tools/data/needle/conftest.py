"""What the tests of the needle generator share."""
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Iterator

import pytest

TOOL_DIR = Path(__file__).resolve().parents[4] / 'tools/data/needle'
MODULES = ('generate', 'encode', 'progress', 'render', 'scene', 'scene_long',
           'variants')


@pytest.fixture(scope='module')
def tool() -> Iterator[ModuleType]:
    """The script as a module; its folder is on the path only meanwhile."""
    sys.path.insert(0, str(TOOL_DIR))
    try:
        yield importlib.import_module('generate')
    finally:
        sys.path.remove(str(TOOL_DIR))
        # Their names are common: another tool may have its own `render`.
        for name in MODULES:
            sys.modules.pop(name, None)
