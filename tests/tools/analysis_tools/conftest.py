"""Tools that import each other, as modules."""
import importlib
from types import ModuleType
from typing import Callable

import pytest
from helpers import REPOSITORY


@pytest.fixture
def analysis_tool(
        monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a file of ``tools/analysis_tools`` by its name."""
    monkeypatch.syspath_prepend(str(REPOSITORY / 'tools/analysis_tools'))
    return importlib.import_module
