"""Files of JSON lines that a killed run can go on with."""
import json
from pathlib import Path
from typing import Dict, Sequence

#: What must be the same to go on with a file: key -> how it is called.
_IDENTITY = {
    'split': ('split', 'split'),
    'settings_sha256': ('config', 'config or other options'),
    'checkpoint_sha256': ('checkpoint', 'checkpoint'),
}
_BLOCK = 1 << 16


def begin_lines(path: Path, origin: Dict[str, str],
                parts: Sequence[Path] = ()) -> None:
    """Begin a file, or go on with one that was made with the same.

    What the lines are made with stands beside them in ``PATH.meta.json``.
    Of a file that is there already, a last line that was not finished is
    dropped.

    Args:
        path (Path): The file.
        origin (dict[str, str]): What new lines are made with, see
            :func:`run_origin`.
        parts (Sequence[Path]): Files whose lines belong to this one and are
            not in it yet. Defaults to none.

    Raises:
        ValueError: If there are lines that were made with something else,
            or nothing says with what.
    """
    meta = Path(f'{path}.meta.json')
    if parts or (path.is_file() and path.stat().st_size):
        _refuse_other_origin(path, meta, origin)
        drop_half_line(path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        meta.write_text(json.dumps(origin, indent=2) + '\n')


def drop_half_line(path: Path) -> None:
    """Cut a file behind its last finished line, reading from its end.

    Args:
        path (Path): The file; nothing is done if there is none.
    """
    if not path.is_file():
        return
    with path.open('r+b') as file:
        size = end = file.seek(0, 2)
        finished = 0
        while end and not finished:
            begin = max(end - _BLOCK, 0)
            file.seek(begin)
            found = file.read(end - begin).rfind(b'\n')
            finished = begin + found + 1 if found >= 0 else 0
            end = begin
        if finished < size:
            file.truncate(finished)


def _refuse_other_origin(path: Path, meta: Path,
                         origin: Dict[str, str]) -> None:
    """Stop before lines of different origins come into one file."""
    mend = 'give another name, or remove it to start anew'
    if not meta.is_file():
        raise ValueError(
            f'{path} exists, but not {meta}, which says what made it; {mend}')
    try:
        former = dict(json.loads(meta.read_text()))
    except (TypeError, ValueError):
        raise ValueError(
            f'{meta} is damaged, which says what made {path}; {mend}'
        ) from None
    for key, (shown, name) in _IDENTITY.items():
        if former.get(key) != origin[key]:
            raise ValueError(
                f'{path} was made with another {name} '
                f'({former.get(shown)}, now {origin[shown]}); {mend}')
