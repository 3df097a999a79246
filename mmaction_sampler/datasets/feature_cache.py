"""Arrays computed from files, kept on disk between runs."""
import hashlib
import io
import json
import mmap
import time
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Dict, Mapping, Optional, Union

import numpy as np

from mmaction_sampler.whole_file import unique_name, whole_file

#: Seconds after which a half-written file is taken for abandoned.
ABANDONED_AFTER = 24 * 3600

# A missing file, and what is raised at a damaged one: also one that seems to
# be packed in an unknown way (NotImplementedError) or encrypted.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, RuntimeError,
               zipfile.BadZipFile, zlib.error)

#: Array with the names of the others: damage may leave one of them out.
_NAMES = '_names'

# By the folder's digest, whether writing to it has failed; in memory that
# processes forked from this one share, as loaders' workers are.
_failed = mmap.mmap(-1, 1 << 16)


def file_key(filename: Union[str, Path]) -> str:
    """Name one version of a file.

    Args:
        filename (str | Path): An existing file.

    Returns:
        str: Path, size and time of the last change. A file that was written
        anew has another key.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    path = Path(filename).resolve()
    status = path.stat()
    return f'{path}:{status.st_size}:{status.st_mtime_ns}'


class FeatureCache:
    """Named arrays by key, on disk.

    Entries of one ``version`` lie in a folder of their own,
    ``root/<digest of version>/``, beside ``version.json``, which tells
    people what they are. Other parameters are another version, so that an
    entry is never read with parameters that it was not computed with. A
    version that is no longer wanted is removed by removing its folder.

    Processes may write and read at the same time: an entry is written to a
    temporary file and then renamed, so that a reader sees a whole entry or
    none. Of two writers of one key the last one stays. An interrupted write
    leaves a temporary file, removed by a later process after a day. An entry
    that was damaged on disk fails its checksum and counts as missing. Where
    the disk is full or the folder went away, there is one warning, and from
    then on only reading: that is no fault of the files that are read.

    Files are NumPy's ``.npz`` and are read without pickle: nothing in them
    is executed.

    Args:
        root (str | Path): Folder, made if it is not there.
        version (dict): Everything that the arrays depend on besides the
            key: names and values of parameters and a number for the code.
            Must be expressible in JSON.

    Raises:
        ValueError: If ``version`` is empty or not expressible in JSON.
    """

    def __init__(self, root: Union[str, Path], version: Mapping) -> None:
        if not version:
            raise ValueError(
                'version of a feature cache must name what the features '
                'depend on, but is empty')
        try:
            text = json.dumps(version, sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f'version of a feature cache must be numbers, strings, lists '
                f'and dicts, but is {version!r} ({error})') from error
        self.folder = Path(root) / _digest(text)[:16]
        self._flag = zlib.crc32(str(self.folder).encode()) % len(_failed)
        self._temporary = self.folder / 'temporary'
        try:
            self._temporary.mkdir(parents=True, exist_ok=True)
            note = self.folder / 'version.json'
            if not note.exists():  # the disk may be there to be read alone
                self._write(note, text.encode())
            self._remove_abandoned()
        except OSError as error:
            self._give_up_writing(error)

    def path(self, key: str) -> Path:
        """File of an entry, whether it is there or not."""
        digest = _digest(key)
        return self.folder / digest[:2] / f'{digest[2:]}.npz'

    def get(self, key: str) -> Optional[Dict[str, np.ndarray]]:
        """Read an entry.

        Args:
            key (str): Its key.

        Returns:
            dict[str, np.ndarray] | None: The arrays, or None if the entry is
            missing or damaged.
        """
        try:
            with zipfile.ZipFile(self.path(key)) as file:
                found = {name.removesuffix('.npy'): _read_array(file, name)
                         for name in file.namelist()}
            complete = found.pop(_NAMES).tolist() == sorted(found)
        except _UNREADABLE:
            return None
        return found if complete else None

    def put(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write an entry, in place of one that may be there.

        An error of the disk is a warning, given once; see the class.

        Args:
            key (str): Its key.
            arrays (dict[str, np.ndarray]): Arrays of numbers, booleans or
                strings.

        Raises:
            ValueError: If an array holds Python objects.
        """
        for name, array in arrays.items():
            if np.asarray(array).dtype.hasobject:
                raise ValueError(
                    f'array {name!r} holds Python objects, which the feature '
                    f'cache does not keep; convert it to numbers or strings')
        if _failed[self._flag]:
            return
        path = self.path(key)
        try:
            path.parent.mkdir(exist_ok=True)
            names = np.array(sorted(arrays), dtype=str)
            self._write(path, {**arrays, _NAMES: names})
        except OSError as error:
            self._give_up_writing(error)

    def _give_up_writing(self, error: OSError) -> None:
        _failed[self._flag] = 1
        warnings.warn(
            f'feature cache {self.folder} cannot be written to '
            f'({error.strerror}); features are computed but no longer kept; '
            f'make room on its disk, or give the cache_dir of the transforms '
            f'another folder')

    def _write(self, path: Path,
               content: Union[bytes, Mapping[str, np.ndarray]]) -> None:
        """Write a file so that it is there whole or not at all."""
        with whole_file(path, self._temporary / unique_name()) as part, open(
                part, 'wb') as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                np.savez(file, **content)

    def _remove_abandoned(self) -> None:
        """Remove what interrupted processes left."""
        oldest = time.time() - ABANDONED_AFTER
        for path in self._temporary.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except (FileNotFoundError, PermissionError):
                # Its writer has just finished, or is another user of a
                # shared folder where each removes only their own.
                continue


def _read_array(file: zipfile.ZipFile, name: str) -> np.ndarray:
    """An array whose checksum is right.

    NumPy alone would read as much as the array's header says, and where that
    is damaged not come to the checksum.
    """
    return np.lib.format.read_array(
        io.BytesIO(file.read(name)), allow_pickle=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
