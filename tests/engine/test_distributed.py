"""All training stages in two processes on gloo."""
import json
from pathlib import Path
from typing import Dict, Tuple

import pytest
import torch
from helpers import (REPOSITORY, build_runner, run_python, tiny_adafocus,
                     tiny_adafocus_tsm, tiny_config, write_video)
from helpers_adafocus_v2 import tiny_adafocus_v2
from helpers_faster import faster_config, tiny_faster
from helpers_scsampler import scsampler_config
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.runner import save_checkpoint
from torch import Tensor

States = Dict[Tuple[int, int], Dict[str, Tensor]]

CHECK = '''
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


def train_on_two_ranks(cfg: Config, folder: Path, epochs: int) -> States:
    """Parameters after every epoch, by epoch and rank."""
    (folder / 'save_rank_hook.py').write_text(CHECK)
    cfg.custom_imports.imports.append('save_rank_hook')
    cfg.custom_hooks.append(dict(type='SaveRankHook'))
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.dump(folder / 'config.py')
    result = run_python(
        folder, '-m', 'torch.distributed.run', '--standalone',
        '--nproc_per_node=2', str(REPOSITORY / 'tools/train.py'),
        str(folder / 'config.py'), '--launcher', 'pytorch')
    assert result.returncode == 0, result.stderr[-2000:]
    return {(epoch, rank): torch.load(folder / f'run/{epoch}_rank{rank}.pt')
            for epoch in range(epochs) for rank in range(2)}


def check_ranks_are_equal(states: States) -> None:
    """Running statistics are each rank's own, as in MMAction2."""
    for (epoch, rank), state in states.items():
        for key, value in state.items():
            if 'running_' not in key:
                assert torch.equal(value, states[epoch, 1 - rank][key]), (
                    epoch, key)


def test_ranks_hold_equal_parameters_after_every_stage(ann_file, tmp_path):
    cfg = tiny_config(ann_file, tmp_path / 'run')
    states = train_on_two_ranks(cfg, tmp_path, epochs=4)

    def changed(epoch: int, component: str) -> bool:
        before, after = states[epoch - 1, 0], states[epoch, 0]
        return any(not torch.equal(before[k], after[k]) for k in before
                   if k.startswith(component))

    check_ranks_are_equal(states)
    assert changed(1, 'classifier') and not changed(1, 'policy')
    assert changed(3, 'policy') and not changed(3, 'classifier')


SKIP_POLICY = dict(
    type='SkipPolicy', in_channels=1280, feature_size=1, encoder_channels=4,
    hidden_channels=8)


@pytest.mark.parametrize('model', [
    tiny_adafocus(),
    tiny_adafocus(kind='AdaFocusPlus', skip_policy=SKIP_POLICY),
    tiny_adafocus_tsm(),
], ids=lambda model: model['type'])
def test_adafocus_in_its_three_stages(model, ann_file, tmp_path):
    """An epoch each; a stage changes its own components, on both ranks."""
    stages = ('warmup', 'policy', 'finetune')
    cfg = tiny_config(ann_file, tmp_path / 'run', model)
    cfg.custom_hooks[0].stages = [
        dict(name=name, epochs=1) for name in stages]
    cfg.train_cfg.max_epochs = len(stages)
    states = train_on_two_ranks(cfg, tmp_path, epochs=len(stages))
    check_ranks_are_equal(states)
    for epoch in (1, 2):
        before, after = states[epoch - 1, 0], states[epoch, 0]
        changed = {key.split('.')[0] for key in before
                   if not torch.equal(before[key], after[key])}
        assert changed == set(
            MODELS.get(model['type']).STAGES[stages[epoch]])


def test_adafocus_v2_in_its_one_stage(ann_file, tmp_path):
    cfg = tiny_config(ann_file, tmp_path / 'run', tiny_adafocus_v2())
    cfg.custom_hooks[0].stages = [dict(name='end_to_end', epochs=2)]
    cfg.train_cfg.max_epochs = 2
    states = train_on_two_ranks(cfg, tmp_path, epochs=2)
    check_ranks_are_equal(states)
    # Frames are of one grey here, so that no patch is better than another
    # and the policy has nothing to learn.
    parameters = ('global_cnn.conv1.weight', 'local_cnn.conv1.weight',
                  'classifier.weight', 'global_head.projection.weight')
    for name in parameters:
        assert not torch.equal(states[0, 0][name], states[1, 0][name]), name


def test_faster_in_its_stages(ann_file, tmp_path):
    cfg = faster_config(ann_file, tmp_path / 'run', tiny_faster(
        feature_cache=str(tmp_path / 'features')))
    cfg.custom_hooks[0].stages.append(dict(name='end_to_end', epochs=1))
    cfg.train_cfg.max_epochs = 3
    states = train_on_two_ranks(cfg, tmp_path, epochs=3)
    check_ranks_are_equal(states)

    def changed(epoch: int, name: str) -> bool:
        return not torch.equal(states[epoch - 1, 0][name],
                               states[epoch, 0][name])

    clip_model = 'expensive_model.backbone.stem.0.conv.weight'
    assert changed(1, 'aggregator.candidate_input.weight')
    assert not changed(1, clip_model)
    assert changed(2, clip_model)
    assert list((tmp_path / 'features').rglob('*'))


def test_scsampler_in_both_stages(tmp_path):
    cfg = scsampler_config(tmp_path / 'data', tmp_path / 'run')
    states = train_on_two_ranks(cfg, tmp_path, epochs=4)
    check_ranks_are_equal(states)
    for epoch in (1, 3):
        before, after = states[epoch - 1, 0], states[epoch, 0]
        changed = {k.split('.')[0] for k in before
                   if not torch.equal(before[k], after[k])}
        assert changed == {'visual_saliency_net', 'audio_saliency_net'}


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
