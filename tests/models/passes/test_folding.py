"""Folded batch norms, passes in parts: the same results, less work."""
import copy

import pytest
import torch
from helpers import (candidates, samples, tiny_adafocus, tiny_adafocus_tsm,
                     tiny_ocsampler, unsettle_norms)
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.models.passes import batch_parts, memory_format
from mmaction_sampler.models.passes.folding import fold_norms

MODEL_CONFIGS = dict(
    ocsampler=tiny_ocsampler(),
    slowonly=tiny_ocsampler(dims=3),
    ocsampler_plus=dict(
        {k: v for k, v in tiny_ocsampler().items() if k != 'num_selected'},
        type='OCSamplerPlus', num_budgets=3,
        budget=dict(type='BudgetModule', in_channels=1280)),
    adafocus=tiny_adafocus(),
    adafocus_tsm=tiny_adafocus_tsm())


def build(config, **options):
    """A model in eval mode whose batch norms do something."""
    torch.manual_seed(0)
    return unsettle_norms(MODELS.build(dict(config, **options)))


def batch(size=4, num_frames=5, side=32):
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randint(0, 256, (num_frames, 3, side, side),
                            generator=generator, dtype=torch.uint8)
              for _ in range(size)]
    return dict(inputs=inputs, data_samples=samples([0] * size))


def scores(model):
    """Without records, whose cost takes seconds to trace."""
    generator = torch.Generator().manual_seed(0)
    return model(torch.randn(4, 5, 3, 32, 32, generator=generator))


def assert_close(given, expected):
    torch.testing.assert_close(given, expected, rtol=1e-5, atol=1e-5)


def assert_same(predictions, expected):
    assert len(predictions) == len(expected)
    for given, wanted in zip(predictions, expected):
        assert_close(given.pred_score, wanted.pred_score)
        assert torch.equal(given.selection.inds, wanted.selection.inds)
        assert given.cost == wanted.cost


def norm_calls(model):
    """Count what goes through batch normalisation."""
    calls = []
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(
                lambda ran, *_: calls.append(type(ran).__name__))
    return calls


@pytest.mark.parametrize('name', MODEL_CONFIGS)
@torch.no_grad()
def test_scores_are_the_same(name):
    plain = build(MODEL_CONFIGS[name], fold_norm=False)
    assert_close(scores(build(MODEL_CONFIGS[name])), scores(plain))


@torch.no_grad()
def test_predictions_are_the_same():
    plain = build(tiny_ocsampler(), fold_norm=False)
    assert_same(build(tiny_ocsampler()).test_step(batch()),
                plain.test_step(batch()))


def test_batch_norms_are_not_run():
    for fold_norm in (False, True):
        model = build(tiny_ocsampler(), fold_norm=fold_norm)
        with torch.no_grad():
            model.test_step(batch())  # also traces the cost
            calls = norm_calls(model)
            model.test_step(batch())
        assert ('BatchNorm2d' in calls) != fold_norm


@pytest.mark.parametrize('change', [
    lambda m: m.load_state_dict(
        {k: v * 1.5 for k, v in m.state_dict().items()}),
    lambda m: m.to(torch.float64).to(torch.float32),
    lambda m: m.classifier.backbone.bn1.running_var.fill_(3.),
    lambda m: setattr(m.classifier.backbone.conv1, 'weight', nn.Parameter(
        m.classifier.backbone.conv1.weight * 2)),
    lambda m: (m.skim_network.conv1.conv.weight.data.mul_(2), m.eval()),
], ids=['load', 'convert', 'buffer', 'replace', 'swap'])
@torch.no_grad()
def test_a_changed_weight_counts(change):
    model, plain = (build(tiny_ocsampler(), fold_norm=f)
                    for f in (True, False))
    scores(model)
    change(model)
    change(plain)
    assert_close(scores(model), scores(plain))


def test_training_is_as_it_was():
    trained = []
    for fold_norm in (True, False):
        model = build(tiny_ocsampler(), fold_norm=fold_norm)
        for stage in ('warmup', 'policy'):
            torch.manual_seed(0)
            with torch.no_grad():
                scores(model.eval())
            model.set_stage(stage)
            model.train()
            optimizer = torch.optim.SGD(
                [p for p in model.parameters() if p.requires_grad], lr=0.1)
            losses = model(candidates(), samples([0, 1, 2]), mode='loss')
            model.parse_losses(losses)[0].backward()
            optimizer.step()
        trained.append(model.state_dict())
    assert list(trained[0]) == list(trained[1])
    for key, value in trained[0].items():
        torch.testing.assert_close(value, trained[1][key], msg=key)


def test_weights_and_copies_of_the_model_are_untouched():
    model = build(tiny_ocsampler())
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        scores(model)
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(v, before[k])
               for k, v in model.state_dict().items())
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(0.5)
        assert_close(scores(model), scores(build(tiny_ocsampler())))
        assert not torch.allclose(scores(twin), scores(model))


def test_hooks_of_the_network_are_called():
    model, calls = build(tiny_ocsampler()), []
    with torch.no_grad():
        scores(model)
        model.skim_network.register_forward_hook(
            lambda *_: calls.append('skim'))
        model.classifier.backbone.layer1.register_forward_pre_hook(
            lambda *_: calls.append('layer'))
        scores(model)
    assert calls == ['skim', 'layer']


class Misleading(nn.Module):
    """Convolution and norm in an order in which they do not run."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, images):
        return self.conv(self.norm(images))


def test_a_pair_that_is_none_is_not_folded():
    torch.manual_seed(0)
    network = Misleading().eval()
    network.norm.running_mean.fill_(0.7)
    network.norm.running_var.copy_(torch.tensor([0.2, 1., 4.]))
    assert fold_norms(network) is network


@torch.no_grad()
def test_bf16_weights_are_cast_once():
    model, plain = (build(tiny_ocsampler(), fold_norm=f)
                    for f in (True, False))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert {module.weight.dtype
                for module in model.network('classifier').modules()
                if isinstance(module, nn.Conv2d)} == {torch.bfloat16}
        given, expected = scores(model), scores(plain)
    assert given.dtype == torch.float32
    torch.testing.assert_close(given, expected, rtol=0.05, atol=0.02)
    assert_close(scores(model), scores(plain))  # in float32 again


@pytest.mark.parametrize('name', ['ocsampler', 'ocsampler_plus'])
@torch.no_grad()
def test_bf16_selects_the_same_frames(name):
    model = build(MODEL_CONFIGS[name])
    torch.nn.init.normal_(model.policy.projection.weight, std=1e-3)
    inputs = torch.randn(64, 5, 3, 32, 32)
    logits = model.policy_logits(inputs)
    seen = []
    model.policy.register_forward_hook(
        lambda module, args, output: seen.append(output))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert not model.policy_logits(inputs).equal(logits)
        scores = model.scores(inputs)
    assert scores.dtype == torch.float32
    assert_close(seen[-1], logits)


@pytest.mark.parametrize('name', ['ocsampler_plus', 'adafocus'])
@torch.no_grad()
def test_a_batch_in_parts_gives_the_same(name, monkeypatch):
    model = build(MODEL_CONFIGS[name])
    expected, passes = model.test_step(batch(5)), []
    network = model.local_cnn if 'adafocus' in name else model.skim_network
    network.register_forward_hook(lambda *_: passes.append(1))
    video_bytes = 5 * 3 * 32 * 32 * 4
    monkeypatch.setattr(batch_parts, '_PART_BYTES', 2 * video_bytes)
    assert_same(model.test_step(batch(5)), expected)
    assert len(passes) == 3
    monkeypatch.setattr(memory_format, '_PASS_BYTES', 2 * 3 * 32 * 32 * 4)
    assert_same(model.test_step(batch(5)), expected)
