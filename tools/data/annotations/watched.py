"""Runs a task on many items in processes that may crash or hang."""
import multiprocessing
import os
import signal
import time
import traceback
from multiprocessing.connection import Connection, wait
from typing import Any, Callable, Iterator, List, NamedTuple, Sequence

READY, DONE, FAILED = 'ready', 'done', 'failed'
CRASHED, TIMEOUT = 'crashed', 'timeout'
_LONGEST_WAIT = 3600.  # seconds; the system's own limit is some days


class Outcome(NamedTuple):
    """What became of one item.

    Attributes:
        index (int): Its position.
        status (str): ``'done'``, ``'crashed'`` or ``'timeout'``.
        value (Any): What the task returned; for the other two, a sentence
            that says what happened.
    """
    index: int
    status: str
    value: Any


def run_watched(task: Callable[[Any], Any], items: Sequence[Any],
                workers: int, timeout: float,
                preload: Sequence[str] = ()) -> Iterator[Outcome]:
    """Run a task on every item, one item a process at a time.

    A process that dies, or takes too long and is killed, costs the item that
    it had and no other; a new process takes its place.

    Args:
        task (Callable): A picklable function of one item.
        items (Sequence): Picklable items.
        workers (int): Processes, at least 1.
        timeout (float): Seconds that an item may take; starting a process
            does not count.
        preload (Sequence[str]): Modules that are imported once for all
            processes.

    Yields:
        Outcome: One an item, in the order in which they end.

    Raises:
        RuntimeError: If the task raises, or a process cannot start.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(
        'forkserver' if 'forkserver' in methods else 'spawn')
    if 'forkserver' in methods:
        context.set_forkserver_preload(list(preload))
    todo = list(enumerate(items))[::-1]
    pool = [_Worker(context, task) for _ in range(min(workers, len(todo)))]
    try:
        while pool:
            left = min(w.deadline for w in pool) - time.monotonic()
            ready = wait([worker.connection for worker in pool],
                         max(0, min(left, _LONGEST_WAIT)))
            for i, worker in enumerate(pool):
                if worker.connection in ready:
                    outcome = worker.receive()
                elif time.monotonic() > worker.deadline:
                    outcome = worker.give_up(timeout)
                else:
                    continue
                if outcome is not None:
                    yield outcome
                if not worker.alive and todo:
                    pool[i] = _Worker(context, task)
                elif todo:
                    worker.send(*todo.pop(), timeout)
                else:
                    worker.stop()
            pool = [worker for worker in pool if worker.alive]
    finally:
        for worker in pool:
            worker.stop()


class _Worker:
    """A process, and the item that it has."""

    def __init__(self, context: Any, task: Callable[[Any], Any]) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, task), daemon=True)
        self.process.start()
        theirs.close()
        self.index = -1
        self.deadline = float('inf')
        self.alive = True

    def send(self, index: int, item: Any, timeout: float) -> None:
        """Hand over an item."""
        self.index = index
        self.deadline = time.monotonic() + timeout
        try:
            self.connection.send(item)
        except OSError as error:
            raise RuntimeError(
                'a process ended while it had nothing to do') from error

    def receive(self) -> Any:
        """What the process says; None if that it is ready."""
        try:
            status, value = self.connection.recv()
        except (EOFError, OSError):
            return self._crash()
        self.deadline = float('inf')
        if status == FAILED:
            raise RuntimeError(f'the task failed:\n{value}')
        return None if status == READY else Outcome(self.index, status, value)

    def _crash(self) -> Outcome:
        self.process.join()
        self.alive = False
        code = self.process.exitcode
        if self.index < 0:
            raise RuntimeError(
                f'a process ended with status {code} before it could work')
        how = (f'by {signal.Signals(-code).name}' if code < 0 else
               f'with status {code}')
        return Outcome(self.index, CRASHED,
                       f'the process that read it was ended {how}')

    def give_up(self, timeout: float) -> Outcome:
        """Kill the process because of its item."""
        self.stop()
        return Outcome(self.index, TIMEOUT,
                       f'not read after {timeout:g} seconds')

    def stop(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        self.alive = False


def _serve(connection: Connection, task: Callable[[Any], Any]) -> None:
    """Body of a process: items in, results out, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    # Decoders write there what the parent's messages would drown in.
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    message: List[Any] = [READY, None]
    try:
        while True:
            connection.send(message)
            item = connection.recv()
            try:
                message = [DONE, task(item)]
            except Exception:
                message = [FAILED, traceback.format_exc()]
    except (EOFError, OSError):
        pass
