"""What random-number states the hook keeps, and what they protect."""
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Dict, List, Optional

import numpy as np
import pytest
import torch
from helpers import build_runner, tiny_config
from mmaction.registry import HOOKS
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.runner import Runner

HOOK = 'mmaction_sampler.engine.hooks.random_state_hook'


class Drawer(Hook):
    """A validation that draws random numbers of every sort."""

    def after_val_epoch(self, *args, **kwargs) -> None:
        """Draw one of each."""
        draw()


def draw() -> tuple:
    """A random number of Python, of NumPy and of torch."""
    return random.random(), np.random.rand(), torch.rand(1).item()


def short_config(ann_file: Path, work_dir: Path) -> Config:
    """Two epochs, one of them of each stage."""
    cfg = tiny_config(ann_file, work_dir)
    for stage in cfg.custom_hooks[0].stages:
        stage.epochs = 1
    cfg.train_cfg.update(max_epochs=2, val_interval=1)
    return cfg


def train(cfg: Config) -> Runner:
    runner = build_runner(cfg)
    runner.register_hook(Drawer())
    runner.train()
    return runner


def test_validation_between_epochs_changes_nothing(ann_file: Path,
                                                   tmp_path: Path) -> None:
    validated = train(short_config(ann_file, tmp_path / 'validated'))
    cfg = short_config(ann_file, tmp_path / 'plain')
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    plain = train(cfg).model.state_dict()
    for key, value in validated.model.state_dict().items():
        assert torch.equal(value, plain[key]), key


def test_states_travel_in_the_checkpoint(ann_file: Path,
                                         tmp_path: Path) -> None:
    runner = train(short_config(ann_file, tmp_path))
    checkpoint = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    assert len(checkpoint['random_states']) == 1  # one process
    hook = HOOKS.build(dict(type='RandomStateHook'))
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        hook.after_load_checkpoint(SimpleNamespace(_resume=True), checkpoint)
        hook.before_train_epoch(runner)
        drawn.append(draw())
    assert drawn[0] == drawn[1]


def test_weights_alone_bring_no_states(ann_file: Path,
                                       tmp_path: Path) -> None:
    """Fine-tuning is not resuming."""
    hook = HOOKS.build(dict(type='RandomStateHook'))
    hook.after_train_epoch(None)
    checkpoint = {}
    hook.before_save_checkpoint(None, checkpoint)
    other = HOOKS.build(dict(type='RandomStateHook'))
    other.after_load_checkpoint(SimpleNamespace(_resume=False), checkpoint)
    expected = torch.get_rng_state()
    torch.rand(1)
    other.before_train_epoch(None)
    assert not torch.equal(torch.get_rng_state(), expected)


def test_more_ranks_than_states(monkeypatch: pytest.MonkeyPatch,
                                tmp_path: Path) -> None:
    """A run of one process, resumed by two."""
    hook = HOOKS.build(dict(type='RandomStateHook'))
    hook.after_train_epoch(None)
    monkeypatch.setattr(f'{HOOK}.get_rank', lambda: 1)
    expected = torch.get_rng_state()
    log_file = tmp_path / 'ranks.log'
    MMLogger.get_instance('ranks', log_file=str(log_file))
    hook.before_train_epoch(None)
    assert ('random-number states of 1 processes, not of rank 1, which goes '
            'on with fresh ones') in log_file.read_text()
    assert torch.equal(torch.get_rng_state(), expected)


@pytest.mark.parametrize('differs', [False, True])
def test_samples_do_not_depend_on_the_rank(
        ann_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        differs: bool) -> None:
    seeds = []
    for rank in (0, 1):
        for module in (HOOK, 'mmengine.runner.utils'):
            monkeypatch.setattr(f'{module}.get_rank', lambda: rank)
        cfg = short_config(ann_file, tmp_path)
        cfg.randomness.diff_rank_seed = differs
        runner = build_runner(cfg)
        HOOKS.build(dict(type='RandomStateHook')).before_train(runner)
        loader = runner.train_dataloader
        seeds.append((loader.dataset.seed, loader.generator.initial_seed()))
    assert seeds == [(3, 3), (3, 4)]


class Draws(Hook):
    """Note the frames that were drawn of each video."""

    def __init__(self) -> None:
        self.found: Dict[str, List[tuple]] = {}

    def before_train_iter(self, runner: Runner, batch_idx: int,
                          data_batch: Optional[dict] = None) -> None:
        """Note those of a batch."""
        for sample in data_batch['data_samples']:
            self.found.setdefault(sample.filename, []).append(
                tuple(sample.frame_inds.tolist()))


def test_a_loop_without_epochs_draws_anew_in_every_pass(
        ann_file: Path, tmp_path: Path) -> None:
    cfg = short_config(ann_file, tmp_path)
    cfg.custom_hooks = [
        hook for hook in cfg.custom_hooks if 'Stage' not in hook.type]
    cfg.train_dataloader.dataset.pipeline[1].test_mode = False
    cfg.train_cfg = dict(by_epoch=False, max_iters=16)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    runner, draws = build_runner(cfg), Draws()
    runner.register_hook(draws)
    runner.train()
    assert {len(drawn) for drawn in draws.found.values()} == {8}
    assert max(len(set(drawn)) for drawn in draws.found.values()) > 4
