"""Files that are being written, under a name of their own until then."""
import os
import re
from pathlib import Path
from typing import Union

#: ``.<name>.<process>.part``
_NAME = re.compile(r'\..+\.(\d+)\.part')


def part_path(target: Union[str, Path]) -> Path:
    """Where this process writes a file, before it is renamed.

    Args:
        target (str | Path): The file.

    Returns:
        Path: Beside it; hidden.
    """
    path = Path(target)
    return path.with_name(f'.{path.name}.{os.getpid()}.part')


def remove_stale_parts(folder: Union[str, Path]) -> int:
    """Remove what killed processes of this machine left.

    A process that is killed removes nothing, and the next one writes under
    another name.

    Args:
        folder (str | Path): Where files are written, without its subfolders.

    Returns:
        int: Files removed.
    """
    if os.name != 'posix':
        return 0  # nothing there tells whether a process lives
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match and not _is_running(int(match[1])):
                Path(entry.path).unlink(missing_ok=True)
                count += 1
    return count


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass  # somebody else's; no number of a process
    return True
