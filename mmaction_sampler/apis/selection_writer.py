"""A selection file that an interrupted run can go on with."""
import json
from pathlib import Path
from types import TracebackType
from typing import Dict, Iterable, Optional, Set, Type

from mmaction_sampler.datasets.selection_file import SelectionFile

#: What must be the same to go on with a file: key -> how it is called.
_IDENTITY = {
    'split': ('split', 'split'),
    'settings_sha256': ('config', 'config or other --cfg-options'),
    'checkpoint_sha256': ('checkpoint', 'checkpoint'),
}


class SelectionWriter:
    """Appends lines to a selection file, one a video.

    What the lines were made with stands beside them in ``PATH.meta.json``.
    If the file is there already and was made with the same, its complete
    lines are kept and a last line that was not finished is dropped.

    Args:
        path (str): The file.
        origin (dict[str, str]): What the lines are made with: ``config``,
            ``settings_sha256``, ``checkpoint``, ``checkpoint_sha256`` and
            ``split``.

    Raises:
        ValueError: If the file was made with something else, or has a
            malformed line.
    """

    def __init__(self, path: str, origin: Dict[str, str]) -> None:
        self.path = Path(path)
        self.written: Set[str] = set()
        meta = Path(f'{path}.meta.json')
        if self.path.is_file() and self.path.stat().st_size:
            refuse_other_origin(self.path, meta, origin)
            self._drop_half_line()
        else:
            meta.parent.mkdir(parents=True, exist_ok=True)
            meta.write_text(json.dumps(origin, indent=2) + '\n')
        self._file = self.path.open('a', encoding='utf-8')

    def write(self, records: Iterable[dict]) -> None:
        """Append the records of videos that have no line yet.

        They are with the operating system when this returns, so that they
        outlive the process.

        Args:
            records (Iterable[dict]): Each with ``path``; see
                :class:`SelectionFile`.
        """
        for record in records:
            if record['path'] not in self.written:
                self.written.add(record['path'])
                self._file.write(json.dumps(record) + '\n')
        self._file.flush()

    def __enter__(self) -> 'SelectionWriter':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self._file.close()

    def _drop_half_line(self) -> None:
        """Cut the file behind its last complete line, and read the rest."""
        content = self.path.read_bytes()
        complete = content.rfind(b'\n') + 1
        if complete < len(content):
            with self.path.open('r+b') as file:
                file.truncate(complete)
        if complete:
            self.written = self._read_paths()

    def _read_paths(self) -> Set[str]:
        """Videos that have a line."""
        return {line.path for line in SelectionFile(str(self.path)).lines}


def refuse_other_origin(path: Path, meta: Path,
                        origin: Dict[str, str]) -> None:
    """Stop before lines of different origins come into one file.

    Args:
        path (Path): The file, which has lines already.
        meta (Path): What says what they were made with.
        origin (dict[str, str]): What new lines are made with, see
            :func:`run_origin`.

    Raises:
        ValueError: If the two differ, or ``meta`` is missing.
    """
    mend = 'give another name, or remove it to start anew'
    if not meta.is_file():
        raise ValueError(
            f'{path} exists, but not {meta}, which says what made it; {mend}')
    former = json.loads(meta.read_text())
    for key, (shown, name) in _IDENTITY.items():
        if former.get(key) != origin[key]:
            raise ValueError(
                f'{path} was made with another {name} '
                f'({former.get(shown)}, now {origin[shown]}); {mend}')
