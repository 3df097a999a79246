"""Work in a child process that is killed when it takes too long."""
import io
import os
import pickle
import random
import signal
import traceback
import weakref
from multiprocessing.connection import Connection
from multiprocessing.pool import ExceptionWithTraceback
from typing import Any, Callable, NamedTuple, Optional, Set

import cv2
import numpy as np
import torch

# A process in a system call that cannot be interrupted outlives its alarm.
_GRACE_SECONDS = 5.

# Processes that were killed and may not be dead yet. A disk that hangs holds
# them, so that nothing waits for them.
_killed: Set[int] = set()


def can_fork() -> bool:
    """Whether this system can copy a process, as Windows cannot."""
    return hasattr(os, 'fork')


class ChildDied(Exception):
    """The child process hung or crashed; the message says which."""


class _Child(NamedTuple):
    pid: int
    requests: Connection
    answers: Connection


class KillableWorker:
    """Calls a function in a child process, killed if it takes too long.

    A decoder that hangs, or that crashes its process, cannot be stopped by
    an exception: it runs outside of Python. So it runs in a child, which is
    forked at the first call, kept for the next ones, and replaced when it
    died. The kernel's alarm ends it, so that no thread has to watch; it also
    ends when its parent does.

    The child is a copy of the process at the time of the first call: changes
    of the function's objects after that do not reach it. A pickled or forked
    copy of this object, as in a data loader's worker, forks its own child.

    Args:
        function (Callable): Of one picklable argument, with a picklable
            result.
        timeout (float): Seconds of wall-clock time for a call, above 0.

    Raises:
        ValueError: If the time is not above 0.
        RuntimeError: If the system cannot fork.
    """

    def __init__(self, function: Callable[[Any], Any],
                 timeout: float) -> None:
        if not timeout > 0:
            raise ValueError(f'timeout must be above 0, but got {timeout}')
        if not can_fork():
            raise RuntimeError('this system cannot fork processes')
        self._function = function
        self._timeout = timeout
        self._child: Optional[_Child] = None
        self._owner = 0
        self._finalizer: Optional[weakref.finalize] = None

    def __getstate__(self) -> dict:
        return dict(vars(self), _child=None, _owner=0, _finalizer=None)

    def __call__(self, argument: Any, seed: int) -> Any:
        """The function's result.

        Args:
            argument (Any): What the function is given.
            seed (int): For Python's, NumPy's and torch's random numbers in
                the child, in [0, 2**32).

        Returns:
            Any: What it returned; what it raised is raised here.

        Raises:
            ChildDied: If it took too long, or crashed its process.
        """
        if self._child is None or self._owner != os.getpid():
            self._start()
        child = self._child
        try:
            child.requests.send_bytes(pickle.dumps((seed, argument)))
            if not child.answers.poll(self._timeout + _GRACE_SECONDS):
                self._stop()
                raise ChildDied(self._too_long())
            result, error = pickle.loads(child.answers.recv_bytes())
        except (EOFError, OSError):
            raise ChildDied(self._cause_of_death()) from None
        except BaseException:
            # Interrupted: a late answer must not be taken for the next one.
            self._stop()
            raise
        if error is not None:
            raise error
        return result

    def _start(self) -> None:
        """Fork a child, which never returns from here.

        Raises:
            RuntimeError: If the system gives no process. It is no fault of
                the argument, as an OSError would be taken for.
        """
        _reap()
        if self._finalizer is not None:
            self._finalizer.detach()  # of the process that we were forked of
        request_end, requests = os.pipe()
        answers, answer_end = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            for end in (request_end, requests, answers, answer_end):
                os.close(end)
            raise RuntimeError(
                f'the system gives no process to load videos in '
                f'({error.strerror}); allow more processes (ulimit -u), or '
                f'load without a time limit') from error
        if not pid:
            # Nothing above may run again, whatever happens.
            try:
                os.close(requests)
                os.close(answers)
                self._serve(Connection(request_end, writable=False),
                            Connection(answer_end, readable=False))
            finally:
                os._exit(1)
        os.close(request_end)
        os.close(answer_end)
        self._child = _Child(pid, Connection(requests, readable=False),
                             Connection(answers, writable=False))
        self._owner = os.getpid()
        self._finalizer = weakref.finalize(self, _end, self._child,
                                           self._owner)

    def _serve(self, requests: Connection, answers: Connection) -> None:
        """The child's life: answer until the parent is gone."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel kills
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's matter
        torch.set_num_threads(1)  # OpenMP's threads do not survive a fork
        cv2.setNumThreads(0)
        while True:
            try:
                seed, argument = pickle.loads(requests.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            random.seed(seed)
            np.random.seed(seed)
            torch.default_generator.manual_seed(seed)
            signal.setitimer(signal.ITIMER_REAL, self._timeout)
            try:
                answer = _dumps((self._function(argument), None))
            except Exception as error:
                answer = _dumped(error)
            signal.setitimer(signal.ITIMER_REAL, 0)
            answers.send_bytes(answer)

    def _cause_of_death(self) -> str:
        """What ended the child, which is reaped."""
        child = self._child
        self._child = None
        self._finalizer.detach()
        child.requests.close()
        child.answers.close()
        _, status = os.waitpid(child.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGALRM:
            return self._too_long()
        if code == -signal.SIGKILL:
            return ('loading it was killed by the system, as for lack of '
                    'memory')
        if code < 0:
            return f'loading it crashed with {signal.Signals(-code).name}'
        return f'loading it ended the process with status {code}'

    def _too_long(self) -> str:
        return (f'loading it took longer than {self._timeout:g} s and was '
                f'stopped')

    def _stop(self) -> None:
        """Kill the child, if it still lives."""
        if self._child is not None:
            self._child = None
            self._finalizer()


def _end(child: _Child, owner: int) -> None:
    """Kill a child, unless this process is a copy of its parent."""
    if os.getpid() != owner:
        return
    child.requests.close()
    child.answers.close()
    try:
        os.kill(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    _killed.add(child.pid)
    _reap()


def _reap() -> None:
    """Let the system forget those that are dead by now."""
    for pid in tuple(_killed):
        try:
            if not os.waitpid(pid, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            pass  # a child of the process that this one is a copy of
        _killed.discard(pid)


class _Pickler(pickle.Pickler):
    """Writes tensors as arrays: torch's own way takes ten times as long."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is not torch.Tensor or value.requires_grad or (
                value.layout != torch.strided or value.device.type != 'cpu'):
            return NotImplemented
        try:
            return torch.from_numpy, (value.numpy(), )
        except TypeError:  # a type that NumPy lacks, as bfloat16
            return NotImplemented


def _dumps(answer: Any) -> memoryview:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(answer)
    return buffer.getbuffer()


def _dumped(error: Exception) -> bytes:
    """The answer that raises an exception, with the child's stack."""
    try:
        answer = pickle.dumps(
            (None, ExceptionWithTraceback(error, error.__traceback__)))
        pickle.loads(answer)
    except Exception:  # anything, of an exception of any class
        text = ''.join(traceback.format_exception(error))
        answer = pickle.dumps((None, RuntimeError(text)))
    return answer
