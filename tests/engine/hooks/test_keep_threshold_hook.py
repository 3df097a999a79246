"""The threshold of AdaFocus+ in a run."""
from pathlib import Path

import pytest
import torch
from helpers import (build_runner, log_text, tiny_adafocus, tiny_config,
                     tiny_ocsampler)
from mmengine.config import Config

from mmaction_sampler.engine.hooks import KeepThresholdHook


def config(ann_file: Path, work_dir: Path, **hook) -> Config:
    """One epoch of each stage of a tiny AdaFocus+."""
    model = tiny_adafocus(
        kind='AdaFocusPlus', keep_ratio=0.5,
        skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8))
    cfg = tiny_config(ann_file, work_dir, model)
    cfg.train_cfg.update(max_epochs=3, val_interval=1)
    cfg.custom_hooks = [
        dict(type='TrainingStageHook', stages=[
            dict(name='warmup', epochs=1), dict(name='policy', epochs=1),
            dict(name='finetune', epochs=1)]),
        dict(type='KeepThresholdHook', **hook)
    ]
    cfg.default_hooks.checkpoint.max_keep_ckpts = 3
    return cfg


def test_is_solved_once_the_skip_policy_has_trained(ann_file, tmp_path):
    runner = build_runner(config(ann_file, tmp_path))
    runner.train()
    thresholds = [
        torch.load(tmp_path / f'epoch_{e}.pth')['state_dict'][
            'keep_threshold'].item() for e in (1, 2, 3)]
    assert thresholds[0] == 0 < thresholds[1] == thresholds[2] < 1
    assert 'of the frames of 8 videos (keep_ratio 0.5)' in log_text(runner)
    # About half of the 5 frames: videos of a class look alike, and equal
    # probabilities stay together.
    kept = runner.message_hub.get_scalar('val/cost/num_selected').current()
    assert kept == pytest.approx(2.5, abs=0.6)

    cfg = config(ann_file, tmp_path / 'test', before_test=True)
    cfg.model.keep_ratio = 0.2
    cfg.load_from = str(tmp_path / 'epoch_3.pth')
    tested = build_runner(cfg).test()['cost/num_selected']
    assert tested == pytest.approx(1., abs=0.6)


def test_averaged_weights_have_their_threshold(ann_file, tmp_path):
    """Or a checkpoint has averaged weights and an older threshold."""
    cfg = config(ann_file, tmp_path)
    cfg.custom_hooks.append(dict(type='EMAHook', momentum=0.5))
    runner = build_runner(cfg)
    runner.train()
    checkpoint = torch.load(tmp_path / 'epoch_2.pth')
    weights, plain = checkpoint['state_dict'], checkpoint['ema_state_dict']
    threshold = weights['keep_threshold']
    assert threshold > 0 and plain['module.keep_threshold'] == threshold
    # It is solved for the averaged weights, those of the checkpoint.
    model = runner.model
    model.load_state_dict(weights)
    runner.model.eval()
    loader = runner.build_dataloader(cfg.val_dataloader)
    probs = torch.cat([model.keep_probs(data) for data in loader])
    model.set_keep_threshold(probs)
    assert model.keep_threshold.item() == pytest.approx(
        threshold.item(), abs=1e-6)


def test_the_configs_own_videos_are_taken(ann_file, tmp_path):
    cfg = config(ann_file, tmp_path)
    cfg.threshold_dataloader = cfg.val_dataloader.copy()
    cfg.threshold_dataloader.dataset = dict(
        cfg.val_dataloader.dataset, indices=3)
    runner = build_runner(cfg)
    runner.train()
    assert 'of the frames of 3 videos (keep_ratio 0.5)' in log_text(runner)


def test_a_stages_last_epoch_is_solved_whatever_the_interval(ann_file,
                                                             tmp_path):
    """Later stages would keep the threshold of an older policy."""
    cfg = config(ann_file, tmp_path, interval=2)
    cfg.train_cfg.update(max_epochs=5, val_interval=5)
    for stage, epochs in zip(cfg.custom_hooks[0].stages, (1, 2, 2)):
        stage.epochs = epochs
    cfg.default_hooks.checkpoint.max_keep_ckpts = 5
    runner = build_runner(cfg)
    runner.train()
    thresholds = [
        torch.load(tmp_path / f'epoch_{e}.pth')['state_dict'][
            'keep_threshold'].item() for e in range(1, 6)]
    assert thresholds[0] == 0 < thresholds[1] != thresholds[2]
    assert thresholds[2] == thresholds[3] == thresholds[4]
    assert log_text(runner).count('of the frames of 8 videos') == 2


def test_frames_that_are_not_told_apart_are_reported(ann_file, tmp_path):
    """A policy of equal probabilities keeps all, whatever the ratio."""
    cfg = config(ann_file, tmp_path, before_test=True)
    runner = build_runner(cfg)
    for parameter in runner.model.skip_policy.parameters():
        parameter.data.zero_()
    cost = runner.test()['cost/num_selected']
    assert cost == 5
    assert 'gives 1.000 of the frames the same probability' in log_text(runner)


def test_other_models_are_refused(ann_file, tmp_path):
    cfg = config(ann_file, tmp_path)
    cfg.model = tiny_ocsampler()
    cfg.custom_hooks[0].stages = [dict(name='warmup', epochs=3)]
    with pytest.raises(ValueError, match='needs an AdaFocusPlus.*OCSampler'):
        build_runner(cfg).train()


def test_data_are_needed(ann_file, tmp_path):
    cfg = config(ann_file, tmp_path)
    loader = cfg.val_dataloader
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    with pytest.raises(ValueError, match='--no-validate has taken it away'):
        build_runner(cfg).train()
    cfg.custom_hooks[1].dataloader = loader
    runner = build_runner(cfg)
    runner.train()
    assert 'of the frames of 8 videos' in log_text(runner)


def test_interval_must_be_positive():
    with pytest.raises(ValueError, match='interval.*0'):
        KeepThresholdHook(interval=0)
