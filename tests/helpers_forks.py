"""Commands in forks of a process that has imported all; see :mod:`forks`."""
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Callable, Dict, List

from helpers import REPOSITORY


def run_forked(folder: Path, *command: str, ranks: int = 1,
               **variables: str) -> subprocess.CompletedProcess:
    """As :func:`helpers.run_python`, for what need not begin from nothing.

    Args:
        folder (Path): Folder that the command runs in, and imports from.
        command (str): What comes after ``python``: a script or ``-m`` and a
            module, and their options.
        ranks (int): Processes, which are told of each other as by torchrun.
        variables (str): Of the environment.

    Returns:
        subprocess.CompletedProcess: The first status that is not zero, and
        what all ranks have printed.
    """
    server = _server()
    with tempfile.TemporaryDirectory() as outputs:
        paths = [f'{outputs}/{name}' for name in ('stdout', 'stderr')]
        server.stdin.write(json.dumps(dict(
            folder=str(folder), command=command, outputs=paths,
            variables=[{**variables, **ours}
                       for ours in _rank_variables(ranks)])) + '\n')
        server.stdin.flush()
        statuses = json.loads(server.stdout.readline())
        return subprocess.CompletedProcess(
            command, next(filter(None, statuses), 0),
            *(Path(path).read_text() for path in paths))


@functools.lru_cache(maxsize=None)
def _server() -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, '-W', 'ignore', str(REPOSITORY / 'tests/forks.py')],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': '',
             'PYTHONPATH': str(REPOSITORY)})


def _rank_variables(ranks: int) -> List[Dict[str, str]]:
    if ranks == 1:
        return [{}]
    with socket.socket() as free:
        free.bind(('localhost', 0))
        port = free.getsockname()[1]
    shared = dict(WORLD_SIZE=str(ranks), LOCAL_WORLD_SIZE=str(ranks),
                  MASTER_ADDR='localhost', MASTER_PORT=str(port))
    return [dict(shared, RANK=str(rank), LOCAL_RANK=str(rank))
            for rank in range(ranks)]


def in_fork(function: Callable, *arguments: Any) -> Any:
    """Call a function in a fork of this process.

    Args:
        function (Callable): The function; what it gives can be pickled.
        arguments: Its arguments.

    Returns:
        Any: What it gave; what it raised is raised here.
    """
    with ProcessPoolExecutor(1, get_context('fork')) as pool:
        return pool.submit(function, *arguments).result()
