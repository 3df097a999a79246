"""What one process does for all of a distributed run."""
from typing import Callable, Optional, TypeVar

from mmengine.dist import broadcast_object_list, is_main_process

Result = TypeVar('Result')


def on_main_process(make: Callable[[], Result]) -> Optional[Result]:
    """Call a function in the main process; all fail if it fails.

    Else the others would wait for it, for as long as their launcher lets
    them.

    Args:
        make (Callable): Without arguments.

    Returns:
        Any: What it returned; None in the other processes.

    Raises:
        RuntimeError: In the other processes, with the message.
        Exception: In the main process, what it raised.
    """
    result = error = None
    if is_main_process():
        try:
            result = make()
        except Exception as raised:
            error = raised
    said = [error and f'{type(error).__name__}: {error}']
    broadcast_object_list(said)
    if error is not None:
        raise error
    if said[0] is not None:
        raise RuntimeError(f'the main process failed: {said[0]}')
    return result
