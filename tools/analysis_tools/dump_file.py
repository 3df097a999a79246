"""Reads what MMEngine's ``DumpResults`` wrote, and runs nothing of it.

A pickle is a program. Samples hold numbers, strings, arrays and tensors; a
file that names anything else is refused before it does anything.
"""
import io
import pickle
from typing import Any

import torch

_MAY_NAME = {
    '_codecs': ('encode', ),
    'builtins': ('set', ),
    'collections': ('OrderedDict', ),
    'numpy': ('dtype', 'ndarray'),
    'numpy._core.multiarray': ('_reconstruct', 'scalar'),
    'numpy._core.numeric': ('_frombuffer', ),
    'numpy.core.multiarray': ('_reconstruct', 'scalar'),
    'numpy.core.numeric': ('_frombuffer', ),
    'torch': ('Size', 'device'),
    'torch._utils': ('_rebuild_tensor_v2', ),
}


class _DumpUnpickler(pickle.Unpickler):
    """Knows the classes of data alone."""

    def find_class(self, module: str, name: str) -> Any:
        """The class or function of a name, if it is one of data."""
        if (module, name) == ('torch.storage', '_load_from_bytes'):
            return _storage  # torch's own would unpickle anything
        is_dtype = module == 'torch' and isinstance(
            getattr(torch, name, None), torch.dtype)
        if is_dtype or name in _MAY_NAME.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f'it names {module}.{name}')


def _storage(content: bytes) -> object:
    return torch.load(io.BytesIO(content), weights_only=True,
                      map_location='cpu')


def read_dump(path: str) -> list:
    """Read the samples of a test run.

    Args:
        path (str): File that ``tools/test.py --dump`` wrote.

    Returns:
        list[dict]: One a video.

    Raises:
        ValueError: If the file is no such dump, or holds more than data.
    """
    try:
        with open(path, 'rb') as file:
            samples = _DumpUnpickler(file).load()
    except Exception as error:  # broken pickles end in errors of all kinds
        raise ValueError(
            f'{path} is no dump of samples ({error}); give a file that '
            f'tools/test.py --dump wrote') from error
    if not isinstance(samples, list) or not all(
            isinstance(sample, dict) for sample in samples):
        raise ValueError(
            f'{path} holds no list of samples; give a file that '
            f'tools/test.py --dump wrote')
    return samples
