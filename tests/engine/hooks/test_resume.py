"""A killed and resumed run ends with the weights of an undisturbed one."""
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from helpers import REPOSITORY, tiny_config
from helpers_forks import run_forked

KILLER = """
import os
import signal

from mmengine.hooks import Hook
from mmengine.registry import HOOKS


@HOOKS.register_module()
class Killer(Hook):
    def after_train_iter(self, runner, **kwargs):
        if runner.iter == int(os.environ.get('KILL_AT_ITER', -1)):
            os.kill(os.getpid(), signal.SIGKILL)
"""
ITERS_PER_EPOCH = 2
RESUMED = 'resumed epoch: {}, iter: {}'


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of this module live."""
    folder = tmp_path_factory.mktemp('runs')
    (folder / 'killer.py').write_text(KILLER)
    return folder


def write_config(folder: Path, ann_file: Path, name: str,
                 accumulative_counts: int = 1, **loader: Any) -> Path:
    """A run that validates after every epoch and keeps all checkpoints.

    What is random in it: the order of the videos, their candidates, the
    frames of the warm-up, dropout, the frames that the policy draws.
    """
    cfg = tiny_config(ann_file, folder / name)
    cfg.custom_imports.imports.append('killer')
    cfg.custom_hooks.append(dict(type='Killer'))
    cfg.train_cfg.val_interval = 1
    cfg.default_hooks.checkpoint.max_keep_ckpts = -1
    cfg.model.skim_head.dropout_ratio = 0.5
    cfg.optim_wrapper.optimizer.lr = 0.1
    cfg.train_dataloader.update(loader)
    if accumulative_counts > 1:
        cfg.optim_wrapper.accumulative_counts = accumulative_counts
        for stage in cfg.custom_hooks[0].stages:
            if 'optim_wrapper' in stage:
                stage.optim_wrapper.accumulative_counts = accumulative_counts
    # Whatever the number of workers.
    cfg.train_dataloader.dataset.pipeline[1].test_mode = False
    path = folder / f'{name}.py'
    cfg.dump(path)
    return path


def train(config: Path, kill_in_epoch: int = 0) -> str:
    """Run the script with ``--resume``; return what it logged.

    Args:
        config (Path): Config of the run.
        kill_in_epoch (int): Kill it after the first iteration of this
            epoch, counted from 1; 0 lets it end.
    """
    kill_at = (kill_in_epoch - 1) * ITERS_PER_EPOCH
    result = run_forked(
        config.parent, str(REPOSITORY / 'tools/train.py'), str(config),
        '--resume', KILL_AT_ITER=str(kill_at))
    expected = -signal.SIGKILL if kill_in_epoch else 0
    assert result.returncode == expected, result.stderr
    return result.stdout + result.stderr


def assert_equal(one: Any, other: Any, key: str) -> None:
    """Compare containers of tensors bit by bit."""
    assert type(one) is type(other), key
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), key
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), key
        for k in one:
            assert_equal(one[k], other[k], f'{key}.{k}')
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), key
        for i, pair in enumerate(zip(one, other)):
            assert_equal(*pair, f'{key}[{i}]')
    else:
        assert one == other, key


def assert_same_run(folder: Path, name: str,
                    other_name: str = 'undisturbed') -> None:
    """Compare every epoch's checkpoint with the undisturbed run's."""
    for epoch in (1, 2, 3, 4):
        one, other = (
            torch.load(folder / run / f'epoch_{epoch}.pth',
                       weights_only=True) for run in (name, other_name))
        for key in ('state_dict', 'optimizer', 'random_states'):
            assert_equal(one[key], other[key], f'epoch {epoch}: {key}')
        assert_equal(one.get('param_schedulers'),
                     other.get('param_schedulers'), f'epoch {epoch}')


@pytest.fixture(scope='module')
def undisturbed(folder: Path, ann_file: Path) -> None:
    """Two epochs of warm-up and two of the policy, without a break."""
    train(write_config(folder, ann_file, 'undisturbed'))


@pytest.mark.usefixtures('undisturbed')
def test_kills_before_at_and_after_the_boundary(folder: Path,
                                                ann_file: Path) -> None:
    config = write_config(folder, ann_file, 'thrice')
    train(config, kill_in_epoch=2)
    log = train(config, kill_in_epoch=3)
    assert RESUMED.format(1, 2) in log
    # The latest checkpoint is the last one of the stage before.
    log = train(config, kill_in_epoch=4)
    assert RESUMED.format(2, 4) in log
    stages = [line.split("stage '")[1].split("'")[0]
              for line in log.splitlines() if 'Training stage' in line]
    assert stages == ['warmup', 'policy']
    log = train(config)
    assert RESUMED.format(3, 6) in log
    assert_same_run(folder, 'thrice')


@pytest.mark.usefixtures('undisturbed')
def test_kill_at_the_boundary_with_workers(folder: Path,
                                           ann_file: Path) -> None:
    """Workers draw the candidates, and starting them draws seeds."""
    config = write_config(
        folder, ann_file, 'workers', num_workers=2, persistent_workers=True)
    train(config, kill_in_epoch=3)
    train(config)
    assert_same_run(folder, 'workers')


def test_accumulated_gradients_end_with_the_epoch(folder: Path,
                                                  ann_file: Path) -> None:
    """Three iterations an epoch, of which two make a step: none is left."""
    options = dict(accumulative_counts=2, batch_size=3)
    train(write_config(folder, ann_file, 'accumulated', **options))
    config = write_config(folder, ann_file, 'accumulated_twice', **options)
    train(config, kill_in_epoch=3)  # of two iterations, here within the 2nd
    assert RESUMED.format(1, 3) in train(config)
    assert_same_run(folder, 'accumulated_twice', 'accumulated')
