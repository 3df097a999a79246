"""Result files that a killed run can go on with, one for all processes."""
import json
from pathlib import Path
from types import TracebackType
from typing import Dict, Iterator, List, Optional, Set, TextIO, Type

from .json_lines import begin_lines, drop_half_line
from .run_lock import lock_run

RESULTS = 'results.jsonl'
BROKEN = 'broken.jsonl'


class ResultFiles:
    """The files of a folder, before and after its processes wrote to it.

    ``results.jsonl`` has one line a recognised video, ``broken.jsonl`` one a
    video that could not be, as of the last run. Every process of a
    distributed run writes to files of its own beside these, and the main
    one puts them together. It keeps other runs out of the folder until then.

    Args:
        folder (str): The folder.
        origin (dict[str, str]): What the lines are made with; see
            :func:`run_origin`.
    """

    def __init__(self, folder: str, origin: Dict[str, str]) -> None:
        self.folder = Path(folder)
        self.results = self.folder / RESULTS
        self.broken = self.folder / BROKEN
        self._origin = origin
        self._lock: Optional[TextIO] = None

    def begin(self) -> Set[str]:
        """Mend what a killed run left behind; of the main process.

        A last line that was not finished is dropped.

        Returns:
            set[str]: Videos that have a line.

        Raises:
            ValueError: If another run writes to the folder, the lines were
                made with something else, or one of them is damaged.
        """
        if self._lock is None:
            self._lock = lock_run(self.folder / '.lock', self.folder,
                                  'give another --out')
        begin_lines(self.results, self._origin, _parts(self.results))
        self.broken.unlink(missing_ok=True)
        for part in _parts(self.broken):
            part.unlink()
        written = {line['path'] for line in _lines(self.results)}
        return written | self._gather(self.results, written)

    def end(self) -> None:
        """Put the files of all processes together; of the main process."""
        written = {line['path'] for line in _lines(self.results)}
        self._gather(self.results, written)
        self._gather(self.broken, set())
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _gather(self, path: Path, written: Set[str]) -> Set[str]:
        """Append what is new in the parts of a file, and remove them."""
        added: Set[str] = set()
        for part in _parts(path):
            with path.open('a', encoding='utf-8') as file:
                for line in _lines(part):
                    name = line['path']
                    if name not in written and name not in added:
                        added.add(name)
                        file.write(json.dumps(line) + '\n')
            part.unlink()
        return added


class LineWriter:
    """Appends lines; they outlive the process as soon as they are written.

    Args:
        path (Path): The file.
        rank (int): Of this process.
        world_size (int): Number of processes; with several, each has a part
            of its own.
    """

    def __init__(self, path: Path, rank: int, world_size: int) -> None:
        if world_size > 1:
            path = path.with_name(f'{path.name}.part{rank}')
        self._path = path
        self._file = None

    def write(self, record: dict) -> None:
        """Append a line; the file is made for the first one."""
        if self._file is None:
            drop_half_line(self._path)
            self._file = self._path.open('a', encoding='utf-8')
        self._file.write(json.dumps(record) + '\n')
        self._file.flush()

    def __enter__(self) -> 'LineWriter':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        if self._file is not None:
            self._file.close()


def _parts(path: Path) -> List[Path]:
    return sorted(path.parent.glob(f'{path.name}.part*'))


def _lines(path: Path) -> Iterator[dict]:
    """The finished lines of a file, one at a time."""
    if not path.is_file():
        return
    with path.open('rb') as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b'\n'):
                return
            try:
                record = json.loads(line)
                record['path']
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(
                    f'{path}, line {number} is damaged; remove that line and '
                    f'run again, its video will be done anew') from error
            yield record
