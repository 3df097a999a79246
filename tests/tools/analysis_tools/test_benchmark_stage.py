"""The loop over frames, and ``benchmark_stage.py`` as a command."""
import json

import torch
from helpers import REPOSITORY, run_python, samples, tiny_adafocus
from mmaction.registry import MODELS
from mmengine.config import Config


def test_the_loop_gives_the_same_rollout(analysis_tool):
    torch.manual_seed(0)
    model = MODELS.build(tiny_adafocus(channels_last=False, fold_norm=False))
    model.init_weights()
    model.policy.grid.fill_(0.5)  # what is drawn makes no difference
    model.set_stage('policy')
    model.train()
    inputs = torch.randn(3, 5, 3, 32, 32)
    rollouts = []
    for act in (model.act, lambda *args: analysis_tool(
            'frame_loop').act_by_frames(model, *args)):
        torch.manual_seed(1)  # the random patches
        rollouts.append(act(inputs, samples([0, 1, 2])))
    given, expected = rollouts
    torch.testing.assert_close(given.maps, expected.maps)
    for key in ('old_log_probs', 'returns'):
        torch.testing.assert_close(
            getattr(given.rollouts['policy'], key),
            getattr(expected.rollouts['policy'], key))
    assert set(given.log) == set(expected.log)
    for key, value in given.log.items():
        torch.testing.assert_close(value, expected.log[key])


def test_command(tmp_path):
    cfg = Config(dict(
        model=tiny_adafocus(), custom_imports=dict(
            imports=['mmaction_sampler'], allow_failed_imports=False),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1))))
    cfg.dump(tmp_path / 'config.py')
    result = run_python(
        tmp_path,
        str(REPOSITORY / 'tools/analysis_tools/benchmark_stage.py'),
        'config.py', '--batch-size', '2', '--repeats', '2', '--shape', '32',
        '--json', 'stage.json')
    assert result.returncode == 0, result.stderr[-2000:]
    ways = json.loads((tmp_path / 'stage.json').read_text())['ways']
    assert list(ways) == ['loop, fp32', 'ours, fp32', 'ours, bf16']
    assert ways['loop, fp32']['speedup'] == 1
    for row in ways.values():
        assert 0 < row['networks'] < row['wall']
        assert row['by_networks'] > 1
        assert row['speedup'] > 0
    assert 'bf16' in result.stdout
