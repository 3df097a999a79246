"""How far a long run has come."""
import sys
import time
from types import TracebackType
from typing import Optional, Type

from rich.console import Console
from rich.progress import (BarColumn, MofNCompleteColumn, Progress,
                           TextColumn, TimeElapsedColumn,
                           TimeRemainingColumn)

_SECONDS_BETWEEN_LINES = 10.


def say(line: str) -> None:
    """Tell the user something, beside the results on standard output."""
    print(line, file=sys.stderr, flush=True)


class RunProgress:
    """A bar on a terminal, now and then a line anywhere else.

    Args:
        total (int): Videos to do.
        unit (str): What is counted. Defaults to ``'videos'``.
        visible (bool): Whether to show anything. Defaults to True.
    """

    def __init__(self, total: int, unit: str = 'videos',
                 visible: bool = True) -> None:
        self._total, self._unit = total, unit
        self._visible = visible
        self._done = self._broken = 0
        self._began = self._shown = time.monotonic()
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn('{task.description}'), BarColumn(),
            MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            console=console) if visible and console.is_terminal else None
        self._task = self._bar and self._bar.add_task(unit, total=total)

    def advance(self, broken: bool) -> None:
        """Count one more."""
        self._done += 1
        self._broken += broken
        if self._bar is not None:
            self._bar.update(
                self._task, advance=1,
                description=f'{self._unit}, {self._broken} broken')
            return
        now = time.monotonic()
        if self._visible and now - self._shown >= _SECONDS_BETWEEN_LINES:
            self._shown = now
            rate = self._done / (now - self._began)
            say(f'{self._done} of {self._total} {self._unit}, '
                f'{self._broken} broken, {rate:.1f} a second')

    def __enter__(self) -> 'RunProgress':
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        if self._bar is not None:
            self._bar.stop()
