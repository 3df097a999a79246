"""A lock that keeps two runs from writing to one file at once."""
import errno
from pathlib import Path
from typing import TextIO

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

#: What locking fails with on network file systems that do not know it.
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def lock_run(path: Path, written: Path, mend: str) -> TextIO:
    """Take a lock, or refuse; where there are no locks, go on without.

    It holds until the file that is given is closed or the process ends, of
    whatever. The processes that this one forks do not have it, so that one
    that outlives a killed run keeps nobody from going on.

    Args:
        path (Path): File of the lock, of no other use: it is made, in a
            folder that may have to be made, too, and stays.
        written (Path): What the lock is for, as the message names it.
        mend (str): What to do instead of waiting.

    Returns:
        TextIO: The file, to be closed in the end.

    Raises:
        ValueError: If another process has the lock.
        OSError: If the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open('a', encoding='utf-8')
    try:
        if fcntl is not None:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return file
        file.close()
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        raise ValueError(
            f'another run writes to {written}; wait for its end, or {mend}'
        ) from None
    return file
