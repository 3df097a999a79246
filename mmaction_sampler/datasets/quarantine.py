"""The list of videos that could not be loaded."""
import json
import os
from pathlib import Path
from typing import Dict, Union

_BEGIN = '{"filename": "'


def add_to_quarantine(path: Union[str, Path], filename: str,
                      reason: str) -> None:
    """Add a video to the list.

    Several processes may do so at the same time: a line is written in one
    go, at the end of the file, and behind a line that was cut short.

    Args:
        path (str | Path): The list, begun if it is not there.
        filename (str): The video.
        reason (str): Why it cannot be loaded, with the mend.
    """
    line = json.dumps(dict(filename=filename, reason=reason)) + '\n'
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        if end and os.pread(handle, 1, end - 1) != b'\n':
            line = '\n' + line
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read_quarantine(path: Union[str, Path]) -> Dict[str, str]:
    """Read the list.

    Args:
        path (str | Path): JSON lines with ``filename`` and ``reason``.

    Returns:
        dict[str, str]: Reason by video, in the list's order.

    Raises:
        FileNotFoundError: If there is no such list.
        ValueError: If a line is malformed. It may be cut short, as a killed
            run or a full disk can leave it.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'list of broken videos {path} does not exist; BrokenVideoHook '
            f'writes it as quarantine.jsonl into the work directory')
    found: Dict[str, str] = {}
    text = path.read_text(encoding='utf-8-sig', errors='replace')
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            found[entry['filename'] + ''] = entry['reason'] + ''
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if not line.endswith('}') and line.startswith(_BEGIN[:len(line)]):
                continue
            raise ValueError(
                f'list of broken videos {path}, line {number}: needs '
                f'"filename" and "reason", but is {line[:80]!r}; mend or '
                f'remove the line') from error
    return found
