"""A child process that hangs or crashes harms nobody."""
import ctypes
import os
import pickle
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import NUM_CLASSES, build_runner, log_text, pipeline, tiny_config
from mmaction.registry import DATASETS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.dataset import pseudo_collate
from torch.utils.data import DataLoader

from mmaction_sampler.datasets import read_quarantine
from mmaction_sampler.datasets.killable import ChildDied, KillableWorker


def work(what: str) -> object:
    """All sorts of behaviour."""
    if what == 'hang':  # in C, holding the interpreter, deaf to signals
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        ctypes.PyDLL(None).sleep(60)
    if what == 'crash':
        ctypes.string_at(0)
    if what == 'exit':
        os._exit(3)
    if what == 'error':
        raise KeyError(what)
    if what == 'draw':
        return random.random(), np.random.rand(), torch.rand(()).item()
    if what == 'tensors':
        return dict(a=torch.arange(6).view(2, 3), b=[torch.ones(2).bfloat16()])
    return os.getpid()


def test_results_and_errors_come_back() -> None:
    worker = KillableWorker(work, 20.)
    pid = worker('pid', 0)
    assert pid != os.getpid()
    found = worker('tensors', 0)
    assert found['a'].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found['b'][0].dtype == torch.bfloat16
    with pytest.raises(KeyError, match='error') as error:
        worker('error', 0)
    assert 'in work' in str(error.value.__cause__)  # the child's stack
    assert worker('pid', 0) == pid  # still the same child


@pytest.mark.parametrize('what,words', [
    ('hang', 'took longer than 0.5 s and was stopped'),
    ('crash', 'crashed with SIGSEGV'), ('exit', 'with status 3')])
def test_a_dead_child_is_replaced(what: str, words: str) -> None:
    worker = KillableWorker(work, 0.5)
    pid = worker('pid', 0)
    begin = time.monotonic()
    with pytest.raises(ChildDied, match=words):
        worker(what, 0)
    assert time.monotonic() - begin < 5
    assert worker('pid', 0) not in (pid, os.getpid())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_seed_tells_what_is_drawn() -> None:
    worker = KillableWorker(work, 20.)
    one = worker('draw', 1)
    assert worker('draw', 2) != one == worker('draw', 1)


def test_it_ends_with_its_owner_and_copies_have_their_own() -> None:
    worker = KillableWorker(work, 20.)
    pid = worker('pid', 0)
    assert pickle.loads(pickle.dumps(worker))('pid', 0) != pid
    del worker
    for _ in range(50):  # killed, and soon reaped
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                break
        except ChildProcessError:
            break
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_many_leave_no_dead_processes_behind() -> None:
    pids = []
    for _ in range(12):
        worker = KillableWorker(work, 20.)
        pids.append(worker('pid', 0))
        del worker
    time.sleep(0.2)
    KillableWorker(work, 20.)('pid', 0)  # reaps what is dead by then
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_too_few_processes_are_no_fault_of_the_video(monkeypatch) -> None:
    def fork() -> int:
        raise BlockingIOError(11, 'Resource temporarily unavailable')

    monkeypatch.setattr(os, 'fork', fork)
    opened = len(os.listdir('/proc/self/fd'))
    with pytest.raises(RuntimeError, match='ulimit -u'):
        KillableWorker(work, 20.)('pid', 0)
    assert len(os.listdir('/proc/self/fd')) == opened


@TRANSFORMS.register_module()
class HangAt(BaseTransform):
    """Hang, as a decoder would, at one file; a tally counts how often."""

    def __init__(self, name: str, tally: str = os.devnull) -> None:
        self.name = name
        self.tally = tally

    def transform(self, results: dict) -> dict:
        """Sleep in C for a minute."""
        if results['filename'].endswith(self.name):
            with open(self.tally, 'a') as file:
                file.write('x')
            ctypes.PyDLL(None).sleep(60)
        return results


def build(ann_file: Path, tally: str = os.devnull, **options):
    return DATASETS.build(dict(
        type='UntrimmedVideoDataset', ann_file=str(ann_file),
        data_prefix=dict(video=str(ann_file.parent)),
        num_classes=NUM_CLASSES,
        pipeline=[dict(type='HangAt', name='2.mp4', tally=tally),
                  *pipeline(5)],
        **dict(dict(load_timeout=2.), **options)))


@pytest.mark.parametrize('persistent', [True, False])
def test_a_hanging_video_is_replaced_and_not_tried_again(
        ann_file: Path, tmp_path: Path, persistent: bool) -> None:
    """Nor is it by the workers that each epoch begins with."""
    tally = tmp_path / 'tally'
    loader = DataLoader(
        build(ann_file, tally=str(tally)), 4, num_workers=1,
        persistent_workers=persistent, multiprocessing_context='fork',
        collate_fn=pseudo_collate)
    for _ in range(2):
        packed = [sample for batch in loader
                  for sample in batch['data_samples']]
        assert packed[2].filename.endswith('3.mp4')
        (name, reason), = packed[2].broken_videos
        assert name.endswith('2.mp4')
        assert reason == ('loading it took longer than 2 s and was stopped; '
                          'encode it again or remove it')
    assert tally.read_text() == 'x'
    assert len(packed) == 8


def test_training_goes_on_and_the_list_is_used(ann_file: Path,
                                               tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.train_dataloader.dataset.update(
        load_timeout=2.,
        pipeline=[dict(type='HangAt', name='2.mp4'), *pipeline(5)])
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    runner = build_runner(cfg)
    runner.train()
    assert runner.epoch == 4
    assert log_text(runner).count('2.mp4: loading it took longer') == 1
    quarantine = read_quarantine(tmp_path / 'quarantine.jsonl')
    assert [Path(name).name for name in quarantine] == ['2.mp4']
    dataset = build(ann_file, load_timeout=60., test_mode=True,
                    quarantine=str(tmp_path / 'quarantine.jsonl'))
    begin = time.monotonic()
    assert dataset[2]['data_samples'].unreadable
    assert time.monotonic() - begin < 2


def test_wrong_limits_are_refused() -> None:
    with pytest.raises(ValueError, match='timeout must be above 0'):
        KillableWorker(work, 0.)
