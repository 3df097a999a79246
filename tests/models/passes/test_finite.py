"""NaN stops training with its step, component and video named."""
from pathlib import Path

import pytest
import torch
from helpers import (build_runner, candidates, samples, tiny_adafocus,
                     tiny_adafocus_tsm, tiny_config, tiny_ocsampler)
from helpers_adafocus_v2 import tiny_adafocus_v2
from helpers_faster import clips, tiny_faster
from mmaction.registry import MODELS
from mmengine.hooks import Hook
from mmengine.optim import build_optim_wrapper

from mmaction_sampler.models.passes import NonFiniteError

FRAMES = [tiny_ocsampler(), tiny_adafocus(), tiny_adafocus_tsm(),
          tiny_adafocus_v2(), tiny_faster()]


def build(config: dict, stage: str = None) -> torch.nn.Module:
    torch.manual_seed(0)
    model = MODELS.build(config).train()
    model.set_stage(stage or model.stage)
    return model


def batch_of(model: torch.nn.Module) -> dict:
    """Three videos with names."""
    faster = type(model).__name__ == 'FASTER'
    inputs = (128 + 40 * (clips(3) if faster else candidates())).clip(0, 255)
    data_samples = samples([0, 1, 2])
    for i, sample in enumerate(data_samples):
        sample.set_metainfo(dict(filename=f'video{i}.mp4'))
    return dict(inputs=list(inputs), data_samples=data_samples)


def step(model: torch.nn.Module, data: dict) -> None:
    model.train_step(data, build_optim_wrapper(
        model, dict(optimizer=dict(type='SGD', lr=0.1))))


@pytest.mark.parametrize('config', FRAMES, ids=lambda c: c['type'])
def test_the_video_with_nan_is_named(config: dict) -> None:
    for stage in MODELS.get(config['type']).STAGES:
        model = build(config, stage)
        data = batch_of(model)
        step(model, batch_of(model))  # all is well
        before = [p.clone() for p in model.parameters()]
        data['inputs'][1][..., 0, 0] = float('nan')
        with pytest.raises(
                NonFiniteError,
                match=rf"stage '{stage}': .*the inputs are not finite; video "
                r'video1.mp4; no step was made'):
            step(model, data)
        for old, new in zip(before, model.parameters()):
            assert torch.equal(old, new)


@pytest.mark.parametrize('stage', ['warmup', 'policy'])
def test_the_component_is_named(stage: str) -> None:
    model = build(tiny_ocsampler(), stage)
    with torch.no_grad():
        model.skim_network.conv1.conv.weight[0, 0] = float('inf')
    with pytest.raises(NonFiniteError, match='component skim_network has '
                       r'weights that are not finite \(skim_network.conv1'):
        step(model, batch_of(model))


def test_the_layer_and_its_video_are_named() -> None:
    """Weights and inputs are finite; the products are not."""
    model = build(tiny_ocsampler())
    data = batch_of(model)
    with torch.no_grad():
        model.classifier.backbone.conv1.weight.fill_(1e38)
        model.data_preprocessor.std.fill_(1e-3)
    for i in (0, 1):
        data['inputs'][i].fill_(127.5)  # zero after normalisation
    with pytest.raises(NonFiniteError, match='component classifier gives '
                       'numbers that are not finite, first its layer '
                       'classifier.backbone.conv1; video video2.mp4'):
        step(model, data)


def test_other_errors_stay_themselves() -> None:
    model = build(tiny_ocsampler())
    data = batch_of(model)
    data['data_samples'] = samples([0, 1, 7])
    with pytest.raises(ValueError) as error:
        step(model, data)
    assert not isinstance(error.value, NonFiniteError)


def test_a_test_stops_at_scores_that_are_not_finite() -> None:
    model = build(tiny_ocsampler()).eval()
    with torch.no_grad():
        model.test_step(batch_of(model))
        model.classifier.cls_head.fc_cls.bias.fill_(float('nan'))
        with pytest.raises(NonFiniteError, match='pred_score of video '
                           'video0.mp4, video1.mp4, video2.mp4 is not'):
            model.test_step(batch_of(model))


@pytest.mark.parametrize('config', FRAMES, ids=lambda c: c['type'])
def test_a_test_with_bad_weights_says_so(config: dict) -> None:
    """What is NaN on the way is no place and no exit, but goes on."""
    model = build(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(float('nan'))
        with pytest.raises(NonFiniteError, match='is not finite'):
            model.test_step(batch_of(model))


class Poison(Hook):
    """Break a weight before the third iteration."""

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        if runner.iter == 2:
            with torch.no_grad():
                runner.model.classifier.cls_head.fc_cls.bias[0] = float('nan')


def test_the_iteration_of_a_run_is_named(ann_file: Path,
                                         tmp_path: Path) -> None:
    runner = build_runner(tiny_config(ann_file, tmp_path))
    runner.register_hook(Poison())
    with pytest.raises(NonFiniteError, match="^training iteration 3, stage "
                       "'warmup': classifier.loss_cls = nan; component class"):
        runner.train()
