"""Peak memory of a piece of work, in a process of its own.

``resource.getrusage`` does not do: a child process begins with the peak of
its parent there, which holds other models. Linux's ``VmHWM`` belongs to the
process alone and can be reset.
"""
import contextlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Callable, Dict, Optional, Union

import torch

_STATUS = Path('/proc/self/status')
_CLEAR = Path('/proc/self/clear_refs')

Megabytes = Dict[str, Optional[float]]


def in_fresh_process(function: Callable, *args: object) -> object:
    """Call a function in a new Python process and return its result.

    Args:
        function (Callable): One that can be imported.
        args (object): Its arguments.

    Returns:
        object: What it returned. What it raised is raised here.

    Raises:
        BrokenProcessPool: If the process died, as for lack of memory.
    """
    context = get_context('spawn')
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args).result()


def peak_memory(work: Callable[[], object],
                device: Union[str, torch.device]) -> Megabytes:
    """Memory of this process while it does something.

    Args:
        work (Callable): What it does. Call it once on something small
            before, so that libraries are loaded.
        device (str | torch.device): Where it computes.

    Returns:
        dict[str, float]: Megabytes (1e6 bytes). ``rss_before``: resident
        memory of the process before; ``rss_peak``: its largest during the
        work; ``cuda_before`` and ``cuda_peak``: the same of PyTorch's
        allocations on the GPU, None without one. None is also what a system
        without ``/proc`` gives for the resident memory.
    """
    on_cuda = torch.device(device).type == 'cuda'
    before = dict.fromkeys(('cuda_before', 'cuda_peak'))
    if on_cuda:
        torch.cuda.reset_peak_memory_stats(device)
        before['cuda_before'] = torch.cuda.memory_allocated(device) / 1e6
    with contextlib.suppress(OSError):  # refused: the peak may be older
        _CLEAR.write_text('5')
    before['rss_before'] = _resident('VmRSS')
    work()
    memory = dict(before, rss_peak=_resident('VmHWM'))
    if on_cuda:
        memory['cuda_peak'] = torch.cuda.max_memory_allocated(device) / 1e6
    return memory


def _resident(key: str) -> Optional[float]:
    """A figure of this process's resident memory, megabytes."""
    if not _STATUS.exists():
        return None
    line, = (line for line in _STATUS.read_text().splitlines()
             if line.startswith(f'{key}:'))
    return int(line.split()[1]) * 1024 / 1e6
