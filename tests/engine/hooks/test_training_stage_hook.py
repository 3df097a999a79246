"""Training stages of a run: what trains, with what, and from when."""
import re
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import pytest
import torch
from helpers import (build_runner, log_text, tiny_classifier, tiny_config,
                     tiny_ocsampler)
from mmaction.registry import HOOKS, MODELS
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from mmengine.runner import Runner
from torch import Tensor

from mmaction_sampler.models.recognizers import OCSampler

WARMUP = dict(name='warmup', epochs=2)
STEPS = dict(type='MultiStepLR', milestones=[1], gamma=0.1)


class Probe(Hook):
    """Note what every iteration trains with."""

    priority = 'LOWEST'

    def __init__(self) -> None:
        self.initial: Dict[str, Tensor] = {}
        self.optimizers: List[str] = []
        self.lrs: List[float] = []
        self.progress: List[float] = []

    def before_train(self, runner: Runner) -> None:
        """Keep the weights that training begins with."""
        self.initial = {
            k: v.clone() for k, v in runner.model.state_dict().items()}

    def before_train_iter(self, runner: Runner, *args, **kwargs) -> None:
        """Note optimiser, learning rate and progress."""
        self.optimizers.append(type(runner.optim_wrapper.optimizer).__name__)
        self.lrs.append(runner.optim_wrapper.get_lr()['lr'][0])
        self.progress.append(runner.model.stage_progress)


class StopBefore(Hook):
    """Ends a run after some epochs, as if it had been killed."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def after_train_epoch(self, runner: Runner) -> None:
        """End the loop."""
        if runner.epoch + 1 == self.epoch:
            runner.train_loop._max_epochs = self.epoch


def train(cfg: Config) -> Tuple[Runner, Probe]:
    """Train with every iteration logged and every checkpoint kept."""
    cfg.default_hooks.logger.interval = 1
    cfg.default_hooks.checkpoint.max_keep_ckpts = -1
    runner, probe = build_runner(cfg), Probe()
    runner.register_hook(probe)
    runner.train()
    return runner, probe


def with_stages(cfg: Config, *stages: dict) -> Config:
    cfg.custom_hooks = [
        dict(type='TrainingStageHook', stages=list(stages))]
    return cfg


def checkpoint(runner: Runner, epoch: int) -> dict:
    return torch.load(
        Path(runner.work_dir, f'epoch_{epoch}.pth'), weights_only=True)


def changed(before: Dict[str, Tensor], after: Dict[str, Tensor]) -> set:
    """Components of which any entry differs."""
    return {k.split('.')[0] for k in before
            if not torch.equal(before[k], after[k])}


@pytest.fixture(scope='module')
def run(ann_file: Path, tmp_path_factory) -> Tuple[Runner, Probe]:
    """Two epochs of warm-up with the top-level optimiser and scheduler, two
    of the policy with its own; two iterations an epoch.
    """
    cfg = tiny_config(ann_file, tmp_path_factory.mktemp('run'))
    cfg.param_scheduler = [STEPS]
    return train(cfg)


def test_every_switch_is_one_line_of_the_log(run) -> None:
    lines = [line for line in log_text(run[0]).splitlines()
             if 'Training stage' in line]
    assert len(lines) == 2
    assert "'warmup' (1 of 2, epochs 1 to 2): trains skim_network, " \
        'skim_head, classifier (' in lines[0]
    assert lines[0].endswith('frozen policy')
    assert "'policy' (2 of 2, epochs 3 to 4): trains skim_network, " \
        'policy (' in lines[1]
    assert lines[1].endswith('frozen skim_head, classifier')


def test_only_components_of_the_stage_change(run) -> None:
    runner, probe = run
    boundary = checkpoint(runner, 2)['state_dict']
    end = checkpoint(runner, 4)['state_dict']
    assert changed(probe.initial, boundary) == {
        'skim_network', 'skim_head', 'classifier'}
    assert changed(boundary, end) == {'skim_network', 'policy'}


def test_accumulated_gradients_end_with_their_stage(ann_file: Path,
                                                    tmp_path: Path) -> None:
    """Of three iterations a stage, the third one steps alone."""
    cfg = tiny_config(ann_file, tmp_path)
    cfg.train_dataloader.batch_size = 3
    cfg.optim_wrapper.accumulative_counts = 2
    with_stages(cfg, dict(name='warmup', epochs=1),
                dict(name='policy', epochs=1, optim_wrapper=dict(
                    optimizer=dict(type='Adam', lr=3e-4),
                    accumulative_counts=2)))
    cfg.train_cfg.max_epochs = 2
    runner, probe = train(cfg)
    assert len(probe.lrs) == 6
    before, after = (checkpoint(runner, epoch)['state_dict']
                     for epoch in (1, 2))
    assert changed(before, after) == {'skim_network', 'policy'}


def test_progress_after_resuming_with_another_batch_size(
        ann_file: Path, tmp_path: Path) -> None:
    """Epochs have twice as many iterations then, or half as many."""
    stages = [dict(name='warmup', epochs=1), dict(name='policy', epochs=3)]
    for name, sizes in (('more', (4, 2)), ('fewer', (2, 4))):
        for size, epochs in zip(sizes, (2, 4)):
            cfg = tiny_config(ann_file, tmp_path / name)
            cfg.train_dataloader.batch_size = size
            cfg.train_cfg.max_epochs = 4
            cfg.resume = epochs == 4
            runner, probe = build_runner(with_stages(cfg, *stages)), Probe()
            runner.register_hook(probe)
            if not cfg.resume:
                runner.register_hook(StopBefore(2))
            runner.train()
        length = 8 // size
        assert probe.progress == pytest.approx(
            [(1 + i / length) / 3 for i in range(2 * length)])


def test_optimizers_switch(run) -> None:
    assert run[1].optimizers == ['SGD'] * 4 + ['Adam'] * 4


def test_schedulers_count_from_the_beginning_of_their_stage(run) -> None:
    # Cosine over the two epochs of its stage: full, then half.
    assert run[1].lrs == pytest.approx(
        [0.01] * 2 + [0.001] * 2 + [0.001] * 2 + [0.0005] * 2)


def test_progress_runs_from_0_in_every_stage(run) -> None:
    assert run[1].progress == [0., 0.25, 0.5, 0.75] * 2


def test_log_keys_of_an_earlier_stage_vanish(run) -> None:
    lines = re.findall(r'Epoch\(train\) +(\[\d\].*)', log_text(run[0]))
    assert len(lines) == 8
    for line in lines:
        is_warmup = line[1] in '12'
        assert ('classifier.loss_cls' in line) == is_warmup, line
        assert ('reward' in line) != is_warmup, line


def test_checkpoints_name_the_stage_that_wrote_them(run) -> None:
    names = [checkpoint(run[0], epoch)['meta']['training_stage']
             for epoch in (1, 2, 3, 4)]
    assert names == ['warmup', 'warmup', 'policy', 'policy']


def test_omitted_and_switched_off_settings(ann_file: Path,
                                           tmp_path: Path) -> None:
    """Omitted settings are the top-level ones, begun anew; None is off;
    automatic scaling reaches every stage.
    """
    cfg = with_stages(
        tiny_config(ann_file, tmp_path),
        dict(name='warmup', epochs=1),
        dict(name='policy', epochs=2),
        dict(name='warmup', epochs=2, param_scheduler=None,
             optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.002))))
    cfg.train_cfg.update(max_epochs=5, val_interval=9)
    cfg.param_scheduler = STEPS  # a single one, not a list
    cfg.auto_scale_lr = dict(enable=True, base_batch_size=2)
    probe = train(cfg)[1]
    assert probe.optimizers == ['SGD'] * 6 + ['Adam'] * 4
    assert probe.lrs == pytest.approx(
        [0.02] * 2 + [0.02] * 2 + [0.002] * 2 + [0.004] * 4)
    assert probe.progress == [0., 0.5, *(0., 0.25, 0.5, 0.75) * 2]


@MODELS.register_module(force=True)
class TwoOptimizers(OCSampler):
    """One that steps several optimisers."""

    def train_step(self, data: dict, optim_wrapper: OptimWrapperDict) -> dict:
        """Step all of them."""
        data = self.data_preprocessor(data, True)
        loss, logs = self.parse_losses(self._run_forward(data, mode='loss'))
        optim_wrapper.zero_grad()
        loss.backward()
        for wrapper in optim_wrapper.values():
            wrapper.step()
        return logs


@OPTIM_WRAPPER_CONSTRUCTORS.register_module(force=True)
class OneEach:
    """An optimiser for each of two components."""

    def __init__(self, optim_wrapper_cfg: dict,
                 paramwise_cfg: Optional[dict] = None) -> None:
        self.lr = optim_wrapper_cfg['lr']

    def __call__(self, model: torch.nn.Module) -> OptimWrapperDict:
        return OptimWrapperDict(**{
            name: OptimWrapper(torch.optim.SGD(
                getattr(model, name).parameters(), lr=self.lr))
            for name in ('skim_network', 'classifier')})


def test_schedulers_by_optimizer(ann_file: Path, tmp_path: Path) -> None:
    """One counts iterations to the end of its stage; also after resuming."""
    for epochs in (2, 4):
        cfg = tiny_config(ann_file, tmp_path)
        cfg.model.type = 'TwoOptimizers'
        cfg.optim_wrapper = dict(
            _delete_=True, constructor='OneEach', lr=0.1)
        cfg.param_scheduler = dict(
            skim_network=[STEPS],
            classifier=dict(type='LinearLR', by_epoch=False, start_factor=.5))
        with_stages(cfg, dict(name='warmup', epochs=4))
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        cfg.resume = epochs == 4
        runner = build_runner(cfg)
        if epochs == 2:
            runner.register_hook(StopBefore(2))
        runner.train()
        ends = {name: schedulers[0].end for name, schedulers
                in runner.param_schedulers.items()}
        assert ends == dict(skim_network=4, classifier=8)
    lrs = runner.optim_wrapper.get_lr()
    assert lrs['skim_network.lr'] == pytest.approx([0.01])
    assert lrs['classifier.lr'] == pytest.approx([0.1])


@pytest.mark.parametrize('stages, message', [
    ([], 'at least one training stage'),
    ([dict(WARMUP, lr=0.1)], r"unknown keys \['lr'\]; known are \['epochs'"),
    ([dict(epochs=1)], 'needs a name'),
    ([dict(name='warmup', epochs=0)], "'warmup' needs epochs >= 1, .* got 0"),
    ([dict(name='warmup')], "'warmup' needs epochs >= 1, .* got None"),
])
def test_wrong_stages_are_refused(stages: List[dict], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HOOKS.build(dict(type='TrainingStageHook', stages=stages))


@pytest.mark.parametrize('stages, options, message', [
    ([dict(name='stage1', epochs=4)], {},
     "'stage1': OCSampler has the stages warmup, policy"),
    ([WARMUP, dict(name='policy', epochs=3)], {},
     'add up to 5 epochs, but train_cfg.max_epochs is 4; set it to 5'),
    ([dict(name='warmup', epochs=4)],
     {'train_cfg': dict(
         _delete_=True, type='IterBasedTrainLoop', max_iters=4)},
     'train_cfg.by_epoch'),
    ([dict(name='warmup', epochs=4)],
     {'train_dataloader.drop_last': True, 'train_dataloader.batch_size': 99},
     'an epoch has no iteration: .*drop_last'),
    ([dict(WARMUP, param_scheduler=dict(
        type='CosineAnnealingLR', begin=2)), dict(name='policy', epochs=2)],
     {}, "CosineAnnealingLR of training stage 'warmup' begins at 2, but ends"),
    ([dict(name='warmup', epochs=4, param_scheduler=dict(
        skim_network=STEPS, classifier=[STEPS]))], {},
     r"of training stage 'warmup' has no type, and its keys \['classifier', "
     "'skim_network'\\] are not .* which are one without a name; give a"),
    ([dict(name='warmup', epochs=4)],
     {'model': dict(tiny_classifier(), _delete_=True)},
     'Recognizer2D has no training stages'),
])
def test_stages_that_do_not_fit_the_run_are_refused(
        ann_file: Path, tmp_path: Path, stages: List[dict], options: dict,
        message: str) -> None:
    cfg = with_stages(tiny_config(ann_file, tmp_path), *stages)
    cfg.merge_from_dict(options)
    with pytest.raises(ValueError, match=message):
        build_runner(cfg).train()


def test_validation_alone_needs_no_stage(ann_file: Path,
                                         tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path, tiny_ocsampler(num_selected=1))
    with_stages(cfg, dict(name='warmup', epochs=99))
    runner = build_runner(cfg)
    assert runner.val()['cost/num_selected'] == 1
    assert 'Training stage' not in log_text(runner)
