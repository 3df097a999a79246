"""SCSampler through the runner: both stages, validation, test, resuming."""
import json
from pathlib import Path

import pytest
import torch
from helpers import build_runner, log_text
from helpers_scsampler import scsampler_config


@pytest.fixture(scope='module')
def trained(tmp_path_factory) -> tuple:
    """A config and its finished run."""
    root = tmp_path_factory.mktemp('run')
    cfg = scsampler_config(root / 'data', root / 'run')
    runner = build_runner(cfg.copy())
    runner.train()
    return cfg, runner


def test_both_stages_train(trained) -> None:
    _, runner = trained
    text = log_text(runner)
    assert "Training stage 'sampler' (1 of 2" in text
    assert "Training stage 'joint' (2 of 2" in text
    assert 'loss_visual' in text and 'loss_joint' in text
    assert 'cost/gflops_visual_saliency_net' in text


def test_baseline_tests_the_same_checkpoint(trained, tmp_path) -> None:
    cfg, runner = trained
    cfg = cfg.copy()
    cfg.model.policy = dict(type='UniformClips')
    cfg.load_from = f'{runner.work_dir}/epoch_4.pth'
    cfg.work_dir = str(tmp_path)
    tester = build_runner(cfg)
    metrics = tester.test()
    assert metrics['cost/num_selected'] == 2
    assert 'cost/gflops_visual_saliency_net' not in metrics
    report = json.loads(Path(tester.log_dir, 'flops.json').read_text())
    assert set(report['components']) == {'classifier'}
    assert report['components']['classifier']['calls'] == 2
    for key, value in runner.model.classifier.state_dict().items():
        assert torch.equal(tester.model.classifier.state_dict()[key], value)


def test_a_stage_boundary_is_resumed(trained, tmp_path) -> None:
    cfg, runner = trained
    cfg = cfg.copy()
    cfg.resume = True
    cfg.load_from = f'{runner.work_dir}/epoch_2.pth'
    cfg.work_dir = str(tmp_path)
    resumed = build_runner(cfg)
    resumed.train()
    assert resumed.epoch == 4
    for key, value in runner.model.state_dict().items():
        torch.testing.assert_close(
            resumed.model.state_dict()[key], value, msg=key)
