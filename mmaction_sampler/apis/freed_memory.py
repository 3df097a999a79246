"""Freed memory stays with the process."""
import ctypes
import os
import platform

#: Parameters of glibc's mallopt(3) -> value. Blocks of all sizes come from
#: the heap, and its end is kept up to 2 GB, the largest value there is.
_PARAMETERS = {
    'M_MMAP_MAX': (-4, 0),
    'M_TRIM_THRESHOLD': (-1, 2**31 - 1),
    'M_TOP_PAD': (-2, 2**28),
}


def keep_freed_memory() -> bool:
    """Keep freed blocks of this process for the next batch.

    By default glibc hands large blocks back and gets them anew for every
    batch, and the operating system clears their pages each time: on a CPU
    that can take half of a batch. Affects the whole process and those it
    forks from now on, so it is for commands, not for a library call.

    Does nothing without glibc, or if the user has set any of glibc's own
    variables ``MALLOC_*_``.

    Returns:
        bool: Whether it was set.
    """
    chosen = any(name.startswith('MALLOC_') and name.endswith('_')
                 for name in os.environ)
    if chosen or platform.libc_ver()[0] != 'glibc':
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all(mallopt(*pair) for pair in _PARAMETERS.values())
