"""Runs that would write to one file at once."""
import errno
import os
import signal
from pathlib import Path

import pytest
from helpers_forks import in_fork

from mmaction_sampler.apis import run_lock
from mmaction_sampler.apis.run_lock import lock_run


def take(path: Path) -> str:
    """Try to, for as long as it takes."""
    lock_run(path, Path('OUT'), 'give another --out').close()
    return 'taken'


def test_one_process_at_a_time(tmp_path):
    path = tmp_path / 'new' / '.lock'
    with lock_run(path, Path('OUT'), ''):
        with pytest.raises(ValueError, match='^another run writes to OUT; '
                           'wait for its end, or give another --out$'):
            in_fork(take, path)
    assert in_fork(take, path) == 'taken'


def test_what_outlives_a_killed_run_locks_nobody_out(tmp_path):
    """Such as a process that still decodes."""
    path = tmp_path / '.lock'
    out, into = os.pipe()
    run = os.fork()
    if not run:
        with lock_run(path, path, ''):
            worker = os.fork()
            if worker:
                os.write(into, str(worker).encode())
            signal.pause()
        os._exit(0)
    worker = int(os.read(out, 20))
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    try:
        assert in_fork(take, path) == 'taken'
    finally:
        os.kill(worker, signal.SIGKILL)


@pytest.mark.parametrize('number', [errno.ENOLCK, errno.ENOTSUP])
def test_without_locks_a_run_goes_on(tmp_path, monkeypatch, number):
    def lockf(*arguments) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(run_lock.fcntl, 'lockf', lockf)
    assert take(tmp_path / '.lock') == 'taken'
    monkeypatch.setattr(run_lock, 'fcntl', None)  # as on Windows
    assert take(tmp_path / '.lock') == 'taken'


def test_other_errors_are_told(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(OSError):
        take(tmp_path / 'file' / '.lock')
