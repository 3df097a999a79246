"""All training stages in two processes on gloo."""
import copy
import json
from pathlib import Path
from typing import Dict, Set

import pytest
import torch
from helpers import (REPOSITORY, build_runner, tiny_adafocus, tiny_config,
                     write_video)
from helpers_distributed import States, rank_states
from helpers_forks import run_forked
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import save_checkpoint
from tiny_runs import tiny_runs

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


def save_ranks(cfg: Config, path: Path) -> None:
    """Write the config of a run that keeps each rank's parameters."""
    cfg.custom_imports.imports.append('helpers_distributed')
    cfg.custom_hooks.append(dict(type='SaveRankHook'))
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.dump(path)


def run_on_two_ranks(folder: Path, *command: str) -> None:
    """A script in two processes."""
    result = run_forked(folder, *command, ranks=2)
    assert result.returncode == 0, result.stderr[-2000:]


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


@pytest.fixture(scope='module')
def runs(tmp_path_factory) -> Dict[str, Config]:
    """A finished run of every recognizer, by its class's name, half of a
    batch on each rank.
    """
    folder = tmp_path_factory.mktemp('ranks')
    init_default_scope('mmaction')  # comes before each test's own
    runs = tiny_runs(folder)
    paths = {name: folder / f'{name}.py' for name in runs}
    runs['FASTER'].model.feature_cache = str(folder / 'features')
    for name, cfg in runs.items():
        cfg.custom_hooks.append(dict(type='SharedDrawsHook'))
        cfg.train_dataloader.batch_size //= 2
        save_ranks(cfg, paths[name])
    (folder / 'train_all.py').write_text(TRAIN_ALL)
    run_on_two_ranks(folder, 'train_all.py', *map(str, paths.values()))
    return runs


RECOGNIZERS = [
    'OCSampler', 'OCSamplerPlus', 'FrameRanker', 'AdaFocus', 'AdaFocusPlus',
    'AdaFocusTSM', 'AdaFocusV2', 'AdaFocusV2TSM', 'FASTER', 'SCSampler']


@pytest.mark.parametrize('name', RECOGNIZERS)
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
        assert changed == trained, stage.name


@pytest.mark.parametrize('name', RECOGNIZERS)
def test_two_halves_of_a_batch_train_as_one(runs, name, tmp_path):
    """With draws that do not know how a batch is cut, and frozen norms."""
    cfg = copy.deepcopy(runs[name])
    cfg.work_dir = str(tmp_path)
    cfg.train_dataloader.batch_size *= 2
    cfg.model.pop('feature_cache', None)
    build_runner(cfg).train()
    halves, whole = rank_states(runs[name]), rank_states(cfg, 1)
    for (epoch, rank), state in whole.items():
        for key, value in state.items():
            torch.testing.assert_close(
                halves[epoch, rank][key], value, rtol=1e-5, atol=1e-7,
                msg=lambda text: f'{key} in epoch {epoch + 1}: {text}')


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
    for ranks in (1, 2):
        result = run_forked(
            tmp_path, str(REPOSITORY / 'tools/test.py'),
            str(tmp_path / 'config.py'), str(tmp_path / 'model.pth'),
            '--json', str(tmp_path / f'{ranks}.json'),
            *(['--launcher', 'pytorch'] if ranks > 1 else []), ranks=ranks)
        assert result.returncode == 0, result.stderr[-2000:]
        metrics.append(json.loads((tmp_path / f'{ranks}.json').read_text()))
        for timing in ('time', 'data_time'):
            metrics[-1].pop(timing, None)
    assert metrics[0].get('broken_videos', 0) == num_broken
    assert metrics[0].keys() == metrics[1].keys()
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-6)


def log_of_a_test(cfg: Config, folder: Path) -> str:
    """Test random weights on two ranks; the log of the first."""
    save_checkpoint(
        dict(state_dict=build_runner(cfg).model.state_dict()),
        str(folder / 'model.pth'))
    cfg.dump(folder / 'config.py')
    run_on_two_ranks(
        folder, str(REPOSITORY / 'tools/test.py'), str(folder / 'config.py'),
        str(folder / 'model.pth'), '--launcher', 'pytorch')
    return max(Path(cfg.work_dir).glob('*/*.log')).read_text()


@pytest.mark.parametrize('names', [['good', 'good2', 'good'], ['good']])
def test_keep_threshold_of_uneven_ranks(broken_list, tmp_path, names):
    """Each video counts once; a rank may have none."""
    broken_list.write_text(''.join(f'{name}.mp4 1\n' for name in names))
    cfg = tiny_config(broken_list, tmp_path / 'run', tiny_adafocus(
        kind='AdaFocusPlus', keep_ratio=0.5,
        skip_policy=dict(type='SkipPolicy', in_channels=1280, feature_size=1,
                         encoder_channels=4, hidden_channels=8)))
    loader = copy.deepcopy(cfg.val_dataloader)
    cfg.custom_hooks = [dict(type='KeepThresholdHook', before_test=True,
                             dataloader=loader)]
    log = log_of_a_test(cfg, tmp_path)
    assert f'of the frames of {len(names)} videos' in log


def test_videos_that_fill_up_a_rank_cost_nothing(broken_list, tmp_path):
    """Where the config insists on ranks of equally many videos."""
    broken_list.write_text('good.mp4 1\ngood2.mp4 1\ngood.mp4 2\n')
    cfg = tiny_config(broken_list, tmp_path / 'run')
    cfg.test_dataloader.sampler.round_up = True
    assert 'mean of 3 videos' in log_of_a_test(cfg, tmp_path)
