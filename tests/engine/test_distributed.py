"""All training stages in two processes on gloo."""
import copy
import json
from pathlib import Path
from typing import Dict, Set, Tuple

import pytest
import torch
from helpers import (REPOSITORY, build_runner, run_python, tiny_config,
                     write_video)
from helpers_faster import faster_config, tiny_faster
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import save_checkpoint
from tiny_runs import staged, tiny_runs
from torch import Tensor

States = Dict[Tuple[int, int], Dict[str, Tensor]]

SAVE_RANK_HOOK = '''
import torch
import torch.distributed as dist
from mmengine.hooks import Hook
from mmaction.registry import HOOKS


@HOOKS.register_module()
class SaveRankHook(Hook):

    def after_train_epoch(self, runner):
        path = f'{runner.work_dir}/{runner.epoch}_rank{dist.get_rank()}.pt'
        torch.save(runner.model.module.state_dict(), path)
'''
#: tools/train.py for one config after the other; a start takes longer than a
#: training here.
TRAIN_ALL = '''
import sys

from mmaction_sampler.apis.cli import (build_runner, end_together,
                                       parse_train_args, train_config)

for config in sys.argv[1:]:
    args = parse_train_args([config, '--launcher', 'pytorch'])
    build_runner(train_config(args)).train()
end_together()
'''
#: What frames of one grey teach nothing: no patch is better than another.
UNTAUGHT = {'AdaFocusV2': {'policy'}, 'AdaFocusV2TSM': {'policy'}}


def save_ranks(cfg: Config, path: Path) -> None:
    """Write the config of a run that keeps each rank's parameters."""
    (path.parent / 'save_rank_hook.py').write_text(SAVE_RANK_HOOK)
    cfg.custom_imports.imports.append('save_rank_hook')
    cfg.custom_hooks.append(dict(type='SaveRankHook'))
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.dump(path)


def run_on_two_ranks(folder: Path, *command: str) -> None:
    """A script in two processes."""
    result = run_python(folder, '-m', 'torch.distributed.run', '--standalone',
                        '--nproc_per_node=2', *command)
    assert result.returncode == 0, result.stderr[-2000:]


def rank_states(cfg: Config) -> States:
    """Parameters after every epoch, by epoch and rank."""
    return {(epoch, rank): torch.load(
                Path(cfg.work_dir, f'{epoch}_rank{rank}.pt'))
            for epoch in range(cfg.train_cfg.max_epochs) for rank in range(2)}


def check_ranks_are_equal(states: States) -> None:
    """Running statistics are each rank's own, as in MMAction2."""
    for (epoch, rank), state in states.items():
        for key, value in state.items():
            if 'running_' not in key:
                assert torch.equal(value, states[epoch, 1 - rank][key]), (
                    epoch, key)


def changed_components(states: States, epoch: int) -> Set[str]:
    """What an epoch after the first has changed."""
    before, after = states[epoch - 1, 0], states[epoch, 0]
    return {key.split('.')[0] for key in before
            if not torch.equal(before[key], after[key])}


def test_ranks_hold_equal_parameters_after_every_stage(ann_file, tmp_path):
    cfg = tiny_config(ann_file, tmp_path / 'run')
    save_ranks(cfg, tmp_path / 'config.py')
    run_on_two_ranks(tmp_path, str(REPOSITORY / 'tools/train.py'),
                     str(tmp_path / 'config.py'), '--launcher', 'pytorch')
    states = rank_states(cfg)
    check_ranks_are_equal(states)
    changed = changed_components(states, 1)
    assert 'classifier' in changed and 'policy' not in changed
    changed = changed_components(states, 3)
    assert 'policy' in changed and 'classifier' not in changed


def aggregation_run(videos: Path, work_dir: Path, batch_size: int) -> Config:
    """FAST-GRU on frozen clip models: no norm that sees a batch."""
    cfg = staged(faster_config(
        next(videos.glob('*.txt')), work_dir, tiny_faster()), aggregation=2)
    cfg.train_dataloader.batch_size = batch_size
    return cfg


@pytest.fixture(scope='module')
def runs(tmp_path_factory) -> Dict[str, Config]:
    """A finished run of every recognizer, by its class's name, and
    ``'aggregation'`` of FASTER with half of its batch on each rank.
    """
    folder = tmp_path_factory.mktemp('ranks')
    init_default_scope('mmaction')  # comes before each test's own
    runs = tiny_runs(folder)
    runs['aggregation'] = aggregation_run(
        folder / 'videos', folder / 'halves', batch_size=2)
    paths = {name: folder / f'{name}.py' for name in runs}
    runs['FASTER'].model.feature_cache = str(folder / 'features')
    for name, cfg in runs.items():
        save_ranks(cfg, paths[name])
    (folder / 'train_all.py').write_text(TRAIN_ALL)
    run_on_two_ranks(folder, 'train_all.py', *map(str, paths.values()))
    return runs


@pytest.mark.parametrize('name', [
    'OCSampler', 'OCSamplerPlus', 'FrameRanker', 'AdaFocus', 'AdaFocusPlus',
    'AdaFocusTSM', 'AdaFocusV2', 'AdaFocusV2TSM', 'FASTER', 'SCSampler'
])
def test_a_stage_changes_its_components_on_both_ranks(runs, name):
    cfg = runs[name]
    states = rank_states(cfg)
    check_ranks_are_equal(states)
    recognizer = MODELS.get(name)
    end = 0
    for stage in cfg.custom_hooks[0].stages:
        end += stage.epochs
        trained = set(recognizer.STAGES[stage.name])
        if end == 1:  # there is no epoch before
            continue
        # Not of the losses, which may count: set_stage freezes components.
        changed = changed_components(states, end - 1) & set(
            recognizer.COMPONENTS)
        assert changed and changed <= trained, stage.name
        assert trained - changed <= UNTAUGHT.get(name, set()), stage.name


def test_two_halves_of_a_batch_train_as_one(runs, tmp_path):
    halves = runs['aggregation']
    videos = Path(halves.train_dataloader.dataset.ann_file).parent
    runner = build_runner(aggregation_run(videos, tmp_path, batch_size=4))
    before = copy.deepcopy(runner.model.state_dict())
    runner.train()
    for key, value in rank_states(halves)[1, 0].items():
        if key.startswith(('aggregator', 'cls_head')):
            whole = runner.model.state_dict()[key]
            assert not torch.equal(whole, before[key]), key
            torch.testing.assert_close(value, whole, rtol=1e-5, atol=1e-7)


def test_ranks_share_a_feature_cache(runs):
    folder = Path(runs['FASTER'].model.feature_cache)
    assert list(folder.rglob('*'))


@pytest.mark.parametrize('names, num_broken', [
    (['good', 'missing', 'more0', 'truncated', 'good2', 'empty', 'more1'], 3),
    (['good'], 0),  # one rank has nothing to do
])
def test_metrics_are_those_of_one_process(broken_list, tmp_path, names,
                                          num_broken):
    """On two ranks, whose number does not divide that of the videos."""
    for i, shade in enumerate((0, 60)):
        write_video(broken_list.parent / f'more{i}.mp4', shade=shade)
    broken_list.write_text(''.join(f'{name}.mp4 1\n' for name in names))
    cfg = tiny_config(broken_list, tmp_path / 'run')
    cfg.test_dataloader.batch_size = 1
    runner = build_runner(cfg)
    runner.model.policy.projection.weight.data.normal_()
    save_checkpoint(dict(state_dict=runner.model.state_dict()),
                    str(tmp_path / 'model.pth'))
    cfg.dump(tmp_path / 'config.py')
    metrics = []
    for launcher in ((), ('-m', 'torch.distributed.run', '--standalone',
                          '--nproc_per_node=2')):
        result = run_python(
            tmp_path, *launcher, str(REPOSITORY / 'tools/test.py'),
            str(tmp_path / 'config.py'), str(tmp_path / 'model.pth'),
            '--json', str(tmp_path / f'{len(launcher)}.json'),
            *(['--launcher', 'pytorch'] if launcher else []))
        assert result.returncode == 0, result.stderr[-2000:]
        metrics.append(json.loads(
            (tmp_path / f'{len(launcher)}.json').read_text()))
        for timing in ('time', 'data_time'):
            metrics[-1].pop(timing, None)
    assert metrics[0].get('broken_videos', 0) == num_broken
    assert metrics[0].keys() == metrics[1].keys()
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-6)
