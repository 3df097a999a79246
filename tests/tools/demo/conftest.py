"""The demos' commands, noted instead of run."""
import importlib
import json
from pathlib import Path
from typing import Callable, Dict, List

import pytest
from helpers import REPOSITORY


@pytest.fixture()
def load_demo(monkeypatch) -> Callable:
    """Imports a script of ``tools/demo`` by its name."""
    monkeypatch.syspath_prepend(str(REPOSITORY / 'tools/demo'))
    return importlib.import_module


@pytest.fixture()
def interrupt(monkeypatch) -> Callable:
    """Runs a function until it writes a file whose name begins like that.
    """

    def run(function: Callable[[], object], name: str) -> None:
        write = Path.write_text

        def stop(path, text, encoding=None):
            if not path.name.startswith(name):
                return write(path, text, encoding)
            write(path, text[:3])
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Path, 'write_text', stop)
            with pytest.raises(KeyboardInterrupt):
                function()

    return run


@pytest.fixture()
def note_commands(load_demo, monkeypatch) -> Callable[..., List[tuple]]:
    """Makes up results: of a config whose name contains a key of ``top1``
    its accuracy, of all others 0.75; a checkpoint names folder and config.
    """

    def note(top1: Dict[str, float] = {}) -> List[tuple]:
        made: List[tuple] = []

        def mim(verb, config, options, *more):
            made.append((verb, config, options))
            paths = dict(zip(more[::2], more[1::2]))
            if verb == 'train':
                folder = Path(paths['--work-dir'])
                folder.mkdir(parents=True, exist_ok=True)
                (folder / 'last_checkpoint').write_text(
                    f'{folder.name}/{config}.pth')
                return
            accuracy = [top1[key] for key in top1 if key in config] or [0.75]
            path = Path(paths['--json'])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({
                'acc/top1': accuracy[0], 'cost/num_selected': 3.,
                'cost/gflops': 0.08}))

        def run(*command):
            made.append(('run', *command))
            if '--json' in command:
                Path(command[command.index('--json') + 1]).write_text('{}')

        needle = load_demo('needle')
        monkeypatch.setattr(needle, 'mim', mim)
        monkeypatch.setattr(needle, 'run', run)
        return made

    return note
