"""A selection file that an interrupted run can go on with."""
import json
from pathlib import Path
from types import TracebackType
from typing import Dict, Iterable, Optional, Set, Type

from mmaction_sampler.datasets.selection_file import SelectionFile
from .json_lines import begin_lines
from .run_lock import lock_run


class SelectionWriter:
    """Appends lines to a selection file, one a video.

    If the file is there already and was made with the same, its complete
    lines are kept; see :func:`begin_lines`.

    Args:
        path (str): The file.
        origin (dict[str, str]): What the lines are made with: ``config``,
            ``settings_sha256``, ``checkpoint``, ``checkpoint_sha256`` and
            ``split``.

    Raises:
        ValueError: If another run writes to the file, or it was made with
            something else, or has a malformed line.
    """

    def __init__(self, path: str, origin: Dict[str, str]) -> None:
        self.path = Path(path)
        self.written: Set[str] = set()
        self._lock = lock_run(self.path.with_name(f'.{self.path.name}.lock'),
                              self.path, 'give another name')
        begin_lines(self.path, origin)
        if self.path.is_file() and self.path.stat().st_size:
            self.written = self._read_paths()
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
        self._lock.close()

    def _read_paths(self) -> Set[str]:
        """Videos that have a line."""
        return {line.path for line in SelectionFile(str(self.path)).lines}
