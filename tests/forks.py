"""A process that has imported all and forks itself for every command.

Importing takes longer than most commands under test. ``helpers.run_forked``
starts ``python tests/forks.py`` once, writes one JSON line for each command
and reads back a line of exit statuses.
"""
import atexit
import json
import os
import runpy
import signal
import sys
import threading
import traceback
from typing import List

import mmaction_sampler  # noqa: F401  first, as everywhere
import numpy as np
from mmaction.utils import register_all_modules

import mmaction_sampler.apis.cli
import mmaction_sampler.apis.infer  # noqa: F401

_TIMEOUT = 300  # seconds of a command


def run(command: List[str]) -> int:
    """What ``python *command`` runs; gives its exit status."""
    if command[:2] == ['-W', 'ignore']:
        command = command[2:]
    try:
        if command[0] == '-m':
            sys.argv = command[1:]
            runpy.run_module(command[1], run_name='__main__', alter_sys=True)
        else:
            sys.argv = command
            sys.path.insert(0, os.path.dirname(os.path.abspath(command[0])))
            runpy.run_path(command[0], run_name='__main__')
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def fork(folder: str, command: List[str], variables: dict,
         outputs: List[str]) -> int:
    """Start a command in a child; gives its process number."""
    child = os.fork()
    if child:
        return child
    for number, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ.update(variables)
    sys.path[:0] = [folder]
    np.random.seed()  # or else all children draw the same
    signal.alarm(_TIMEOUT)  # ends it, and with it the waiting
    status = run(command)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def serve() -> None:
    """Fork one child a rank, wait for all of them, and say how they ended."""
    register_all_modules(init_default_scope=False)
    for line in sys.stdin:
        request = json.loads(line)
        children = [
            fork(request['folder'], request['command'], variables,
                 request['outputs']) for variables in request['variables']]
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                    for child in children]
        print(json.dumps(statuses), flush=True)


if __name__ == '__main__':
    serve()
