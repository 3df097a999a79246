"""What processes that are forked from each other find out together."""
import json
import os
import weakref
from typing import Dict, Mapping, Optional


class SharedReasons:
    """Reasons by names, which all processes forked from this one add to.

    Each knows at once what another has added, also one that is forked
    later, as a data loader's workers are in every epoch. A pickled copy, as
    in a spawned process, begins with what was known and is shared no more;
    nor is anything shared on systems other than Linux.

    Args:
        reasons (dict[str, str]): What is known from the beginning.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self._reasons: Dict[str, str] = dict(reasons)
        self._handle: Optional[int] = None  # of a file in memory
        self._end = 0  # of what was read of it
        if hasattr(os, 'memfd_create'):
            from fcntl import F_SETFL, fcntl  # there on Linux
            self._handle = os.memfd_create('reasons')
            # Else forks that write at the same time write over each other.
            fcntl(self._handle, F_SETFL, os.O_APPEND)
            weakref.finalize(self, os.close, self._handle)

    def __getstate__(self) -> dict:
        self._read()
        return dict(reasons=self._reasons)

    def __setstate__(self, state: dict) -> None:
        self.__init__(state['reasons'])

    def get(self, name: str) -> Optional[str]:
        """The reason of a name, None if there is none."""
        self._read()
        return self._reasons.get(name)

    def add(self, name: str, reason: str) -> None:
        """Let all processes know a reason."""
        self._reasons[name] = reason
        if self._handle is not None:
            line = json.dumps([name, reason]) + '\n'
            os.write(self._handle, line.encode())

    def _read(self) -> None:
        """Take in what was added since the last time."""
        if self._handle is None:
            return
        size = os.fstat(self._handle).st_size
        if size == self._end:
            return
        text = os.pread(self._handle, size - self._end, self._end)
        # The last line may be about to be written.
        whole = text[:text.rfind(b'\n') + 1]
        self._end += len(whole)
        self._reasons.update(map(json.loads, whole.splitlines()))
