"""Kill a training again and again; does it end with the same weights?

``python tools/reliability/kill_and_resume.py CONFIG --work-dir DIR`` trains
once undisturbed, then again from the beginning, killed by SIGKILL at random
moments and resumed each time, and compares the last checkpoints bit by bit.
Every fourth kill falls into the writing of a checkpoint. Exits with 0 if
weights, optimiser and random-number states are equal.

Runs are forked from one process that has everything imported, so that one
takes as long as its iterations.
"""
import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import List, Optional, Tuple

import mmaction_sampler  # noqa: F401
import torch
from mmaction_sampler.apis.cli import build_runner
from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.safe_checkpoint import WholeFileBackend
from mmengine.config import DictAction

#: Logged right before the first iteration.
_BEGUN = 'Checkpoints will be saved to'
_COMPARED = ('state_dict', 'optimizer', 'param_schedulers', 'random_states')


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config')
    parser.add_argument('--work-dir', required=True, type=Path)
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--seed', type=int, default=0, help='of the moments')
    parser.add_argument('--num-workers', type=int, default=0)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> int:
    """Train, kill, resume, compare; return the exit status."""
    args = parse_args(argv)
    torch.set_num_threads(1)
    shutil.rmtree(args.work_dir, ignore_errors=True)
    args.work_dir.mkdir(parents=True)
    seconds = wait_for(*start(args, 'undisturbed'))[1]
    moments = random.Random(args.seed)
    killed = in_writing = 0
    different: List[str] = []
    while killed < args.kills:
        write = killed % 4 == 3
        limit = None if write else seconds * moments.uniform(0., 1.)
        status, _ = wait_for(*start(args, 'killed', write), limit)
        if status:
            killed += 1
            in_writing += write
        else:
            # It came to its end: compare, and begin anew.
            different += finish(args)
    wait_for(*start(args, 'killed'))
    different += finish(args)
    logs = sorted((args.work_dir / 'logs').glob('killed*'))
    resumed = [int(found[1]) for log in logs for found in re.finditer(
        r'resumed epoch: (\d+)', log.read_text(errors='replace'))]
    print(json.dumps(dict(
        config=Path(args.config).name, kills=killed,
        while_writing=in_writing, workers=args.num_workers,
        seconds_undisturbed=round(seconds, 1), resumed_from=resumed,
        different=different[:5], equal=not different)))
    return 1 if different else 0


def finish(args: argparse.Namespace) -> List[str]:
    """Compare a killed run that came to its end, and remove it."""
    runs = (args.work_dir / name for name in ('undisturbed', 'killed'))
    found = differences(*map(last_checkpoint, runs))
    shutil.rmtree(args.work_dir / 'killed')
    return found


def start(args: argparse.Namespace, name: str,
          die_writing: bool = False) -> Tuple[int, Path]:
    """Fork a process that trains to the end; give its number and log."""
    logs = args.work_dir / 'logs'
    logs.mkdir(exist_ok=True)
    log = logs / f'{name}{len(list(logs.iterdir())):03d}'
    pid = os.fork()
    if pid:
        return pid, log
    status = 1
    try:
        with log.open('w') as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        if die_writing:
            WholeFileBackend.put = put_half
        train(args, name)
        status = 0
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def put_half(backend: WholeFileBackend, content: bytes, path: str) -> None:
    """Write a part of a file, and be killed."""
    with open(f'{path}.partial', 'wb') as file:
        file.write(content[:len(content) // 2])
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def train(args: argparse.Namespace, name: str) -> None:
    """Train, going on from where an earlier run was killed."""
    cfg = read_config(args.config, args.cfg_options)
    cfg.train_dataloader.num_workers = args.num_workers
    cfg.train_dataloader.persistent_workers = args.num_workers > 0
    cfg.launcher = 'none'
    cfg.resume = True
    cfg.setdefault('randomness', dict(seed=0))
    cfg.work_dir = str(args.work_dir / name)
    build_runner(cfg).train()


def wait_for(pid: int, log: Path,
             limit: Optional[float] = None) -> Tuple[int, float]:
    """Wait until a run ends, or kill it some seconds after its beginning.

    Returns:
        tuple: Its status, 0 or minus SIGKILL, and the seconds since it
        began to train.
    """
    begin = None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        if begin is None and _BEGUN in (log.read_text(errors='replace')
                                        if log.exists() else ''):
            begin = time.monotonic()
        if None not in (limit, begin) and time.monotonic() > begin + limit:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            limit = None
        time.sleep(0.01)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f'a run ended with status {code}; see {log}')
    return code, time.monotonic() - (begin or time.monotonic())


def last_checkpoint(folder: Path) -> dict:
    """What the last checkpoint of a run holds."""
    path = (folder / 'last_checkpoint').read_text()
    return torch.load(path, weights_only=True, map_location='cpu')


def differences(one: dict, other: dict) -> List[str]:
    """Names of what is not equal, bit by bit."""
    found: List[str] = []
    for key in _COMPARED:
        compare(one.get(key), other.get(key), key, found)
    return found


def compare(one: object, other: object, name: str, found: List[str]) -> None:
    """Look for differences in nested containers."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        equal = one.shape == other.shape and one.dtype == other.dtype and (
            torch.equal(one.flatten().view(torch.uint8) if one.numel() else
                        one, other.flatten().view(torch.uint8)
                        if other.numel() else other))
        if not equal:
            found.append(name)
    elif isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            compare(one.get(key), other.get(key), f'{name}.{key}', found)
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) != len(other):
            found.append(name)
        for i, pair in enumerate(zip(one, other)):
            compare(*pair, f'{name}[{i}]', found)
    elif one != other:
        found.append(name)


if __name__ == '__main__':
    sys.exit(main())
