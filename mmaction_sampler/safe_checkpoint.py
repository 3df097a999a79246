"""Read checkpoints without ever running code that a file brings along.

A pickle is a program. ``torch.load(weights_only=True)`` runs only what is
listed as safe: tensors, plain containers, and what :func:`safe_globals` adds
so that checkpoints written by MMEngine can be resumed. Checkpoints are also
written so that a killed run leaves none that is cut short.
"""
import os
import pickle
import re
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

import mmengine.runner.checkpoint as mmengine_checkpoint
import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.fileio import LocalBackend, register_backend
from mmengine.logging import HistoryBuffer
from mmengine.optim import OneCycleParamScheduler
from mmengine.runner import CheckpointLoader

MapLocation = Union[str, torch.device, Dict[str, str], Callable, None]

# Attributes that MMEngine's checkpoints ask for by getattr: statistics of a
# HistoryBuffer, the annealing function of a one-cycle schedule.
_ATTRIBUTES = {
    HistoryBuffer: ('min', 'max', 'current', 'mean'),
    OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
}
# Array types that a HistoryBuffer, an annotation or a metric can hold;
# the object type is left out.
_DTYPE_CODES = '?bBhHiIlLqQefdgFDGSU'

# How torch words a refusal; the first group, where there is one, is the
# class or function that the file asked for.
_REFUSALS = (
    r'GLOBAL (\S+) was not an allowed global',
    r'unsupported GLOBAL (\S+) whose module',
    r'call reduce for unrecognized function (.+)',
    r'Can only create new object for .* but got (.+)',
    r'Can only build .* but got (.+)',
    r'refused attribute (\S+)',
)


def safe_getattr(owner: type, name: str) -> Callable:
    """The one use of ``getattr`` that MMEngine's checkpoints need.

    A pickled :class:`HistoryBuffer` refers to its statistics functions by
    ``getattr(HistoryBuffer, 'mean')`` and the like, the state of a one-cycle
    schedule to its annealing function.

    Raises:
        pickle.UnpicklingError: For any other attribute, or another owner.
    """
    owners = [known for known in _ATTRIBUTES if known is owner]
    if not owners or name not in _ATTRIBUTES[owners[0]]:
        raise pickle.UnpicklingError(
            f'refused attribute {getattr(owner, "__name__", owner)}.{name}')
    return getattr(owner, name)


def safe_globals() -> List[Union[type, Tuple[Callable, str]]]:
    """What an MMEngine checkpoint may hold beside tensors and containers.

    A pair gives the name under which a pickle asks for the object: numpy
    moved ``numpy.core`` to ``numpy._core``, and files of both sorts exist.
    """
    reconstruct = np.ndarray(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    named = [(function, f'{module}.multiarray.{name}')
             for function, name in ((reconstruct, '_reconstruct'),
                                    (scalar, 'scalar'))
             for module in ('numpy.core', 'numpy._core')]
    dtype_classes = {type(np.dtype(code)) for code in _DTYPE_CODES}
    return [
        *_ATTRIBUTES, ConfigDict, np.ndarray, np.dtype, *dtype_classes,
        *named, (safe_getattr, 'builtins.getattr')
    ]


def register() -> None:
    """List the safe classes and make MMEngine load through this module.

    Local files go through MMEngine's own extension point. Its loaders for
    ``http://``, ``torchvision://``, ``openmmlab://`` and ``mmcls://`` all
    call one ``load_url``, which unpickles without restriction; that function
    is replaced instead, so that each keeps its own way to find the address.
    Files are written by :class:`WholeFileBackend`.
    """
    torch.serialization.add_safe_globals(safe_globals())
    CheckpointLoader.register_scheme(
        prefixes='', loader=load_from_local, force=True)
    mmengine_checkpoint.load_url = load_url
    register_backend('local', WholeFileBackend, force=True, prefixes='')


class WholeFileBackend(LocalBackend):
    """MMEngine's local files, each written whole or not at all.

    A process that is killed while it writes leaves ``NAME.partial``, which
    the next attempt overwrites, and the file that was there before.
    """

    def put(self, obj: bytes, filepath: Union[str, Path]) -> None:
        """Write bytes to a file; see the class.

        Args:
            obj (bytes): What to write.
            filepath (str | Path): The file; its folder is made.
        """
        partial = f'{filepath}.partial'
        super().put(obj, partial)
        os.replace(partial, filepath)


def load_from_local(filename: str,
                    map_location: MapLocation = None) -> Dict[str, Any]:
    """Read a checkpoint file.

    Args:
        filename (str): Path of the file; ``~`` is expanded.
        map_location: As in :func:`torch.load`.

    Returns:
        dict: What the file holds.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no checkpoint, is cut short, or asks for
            code.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        wrong = 'is a folder' if path.is_dir() else 'does not exist'
        raise FileNotFoundError(f'Checkpoint {path} {wrong}; check the path.')
    with _clear_errors(str(path)):
        checkpoint = torch.load(
            path, map_location=map_location, weights_only=True)
    if not isinstance(checkpoint, Mapping):
        raise ValueError(
            f'Checkpoint {path} holds a {type(checkpoint).__name__}, not a '
            'dict of weights; give a file written by training or a state '
            'dict.')
    return checkpoint


def load_url(url: str,
             model_dir: Optional[str] = None,
             map_location: MapLocation = None,
             progress: bool = True) -> Dict[str, Any]:
    """Download a checkpoint once into torch's cache, then read it.

    Raises:
        ConnectionError: If the address cannot be read.
        ValueError: If the file is no checkpoint, is cut short, or asks for
            code.
    """
    with _clear_errors(url):
        try:
            return torch.hub.load_state_dict_from_url(
                url,
                model_dir=model_dir,
                map_location=map_location,
                progress=progress,
                weights_only=True)
        except OSError as error:
            raise ConnectionError(
                f'Checkpoint {url} cannot be downloaded ({error}); download '
                'it by other means and give its path.') from error


@contextmanager
def _clear_errors(source: str) -> Iterator[None]:
    """Turn what torch raises for a bad file into one sentence about it."""
    try:
        yield
    except (ConnectionError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        # Damaged bytes can raise nearly anything in the unpickler.
        text = str(error)
        if 'Attempting to deserialize object on' in text:
            raise  # a sound file for a device that is not here
        raise ValueError(_explain(source, error)) from error


def _is_pickle(source: str) -> bool:
    """Whether a file begins as pickles do; of an address, yes."""
    path = Path(source)
    if not path.is_file():
        return True
    with path.open('rb') as file:
        return file.read(1) == b'\x80'


def _explain(source: str, error: Exception) -> str:
    for pattern in _REFUSALS:
        found = re.search(pattern, str(error))
        if found:
            return (
                f'Checkpoint {source} is refused: it asks for '
                f'{found.group(1)}, and nothing but tensors and plain '
                'containers is unpickled, because a pickle can run any code; '
                'if you trust its author, write its weights alone with '
                'torch.save(torch.load(path, weights_only=False)'
                '["state_dict"], new_path).')
    if 'Unsupported operand' in str(error) and _is_pickle(source):
        return (f'Checkpoint {source} is refused: it is a pickle that '
                'torch.save did not write, and a pickle can run any code; '
                'ask its author for a file written by torch.save.')
    lines = str(error).strip().splitlines()
    return (f'Checkpoint {source} cannot be read: it is cut short or was not '
            f'written by torch.save ({type(error).__name__}: '
            f'{lines[-1] if lines else "no message"}); copy or download it '
            'again.')
