"""Activations in the convolutions before them: the same results."""
import pickle
from collections import Counter

import pytest
import torch
from helpers import (NUM_CLASSES, tiny_adafocus_tsm, tiny_ocsampler,
                     unsettle_norms)
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from mmaction_sampler.models.passes.fusing import fuse_activations


def build(depth=18, **options):
    """A model in eval mode whose batch norms do something."""
    torch.manual_seed(0)
    config = tiny_ocsampler(**options)
    config['classifier'].update(
        backbone=dict(type='ResNet', depth=depth, pretrained=None),
        cls_head=dict(type='TSNHead', num_classes=NUM_CLASSES,
                      in_channels=512 if depth == 18 else 2048))
    return unsettle_norms(MODELS.build(config))


def scores(model):
    generator = torch.Generator().manual_seed(0)
    return model(torch.randn(2, 5, 3, 32, 32, generator=generator))


def assert_close(given, expected):
    torch.testing.assert_close(given, expected, rtol=1e-5, atol=1e-5)


class Operators(TorchDispatchMode):
    """Counts the operators that are run."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.counts[func.overloadpacket._qualified_op_name] += 1
        return func(*args, **(kwargs or {}))


def operators(model):
    with torch.no_grad(), Operators() as seen:
        scores(model)
    return seen.counts


@pytest.mark.parametrize('depth', [18, 50])
@torch.no_grad()
def test_activations_are_not_run_apart(depth):
    model = build(depth)
    expected = scores(build(depth, fold_norm=False))
    scores(model)  # makes the copies
    counts = operators(model)
    assert not counts['aten::relu_'] and not counts['aten::relu']
    assert not counts['aten::hardtanh_'] and not counts['aten::hardtanh']
    assert counts['mkldnn::_convolution_pointwise'] > 30
    assert_close(scores(model), expected)


@torch.no_grad()
def test_temporal_shifts_stay():
    """In a ResNet they stand before each block's first convolution."""
    torch.manual_seed(0)
    config = tiny_adafocus_tsm(local_cnn=dict(
        type='ResNetTSM', depth=50, num_segments=3, pretrained=None))
    config['classifier']['local_channels'] = 2048
    fused = unsettle_norms(MODELS.build(config))
    plain = unsettle_norms(MODELS.build(dict(config, fold_norm=False)))
    plain.load_state_dict(fused.state_dict())
    assert_close(scores(fused), scores(plain))
    counts = operators(plain)['aten::relu_'], operators(fused)['aten::relu_']
    # 16 blocks: of three activations in each the first stays; the stem's.
    assert counts[0] - counts[1] == 16 * 2 + 1


@pytest.mark.parametrize('place', [
    'conv1.conv', 'conv1.bn', 'conv1.activate', 'layer1.0.conv2',
    'layer1.0.conv2.bn', 'layer1.0.relu', 'layer2.0', 'layer2.0.downsample'])
@torch.no_grad()
def test_hooks_see_what_they_saw(place):
    seen = []
    for fold_norm in (True, False):
        model = build(fold_norm=fold_norm)
        scores(model)
        model.classifier.backbone.get_submodule(
            place).register_forward_hook(
                lambda module, args, output: seen.append(output.clone()))
        result = scores(model)
    fused, plain = seen
    if place != 'conv1.conv':  # before its norm, which is folded into it
        assert_close(fused, plain)
    assert_close(scores(build()), result)


@torch.no_grad()
def test_maps_are_not_written_over():
    kept = []
    for fold_norm in (True, False):
        model = build(fold_norm=fold_norm)
        for block in model.classifier.backbone.layer1:
            block.register_forward_hook(
                lambda module, args, output: kept.append(output))
        scores(model)
    half = len(kept) // 2
    for fused, plain in zip(kept[:half], kept[half:]):
        assert_close(fused, plain)


@torch.no_grad()
def test_removed_hooks_no_longer_count():
    model = build()
    scores(model)
    handle = model.classifier.backbone.conv1.activate.register_forward_hook(
        lambda *_: None)
    assert operators(model)['aten::relu_']
    handle.remove()
    assert not operators(model)['aten::relu_']


@torch.no_grad()
def test_a_pickled_model():
    model = build()
    expected = scores(model)
    twin = pickle.loads(pickle.dumps(model))
    model.classifier.backbone.layer1[0].conv1.conv.weight.fill_(0.)
    assert_close(scores(twin), expected)


@pytest.mark.parametrize('has_bf16', [True, False])
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@torch.no_grad()
def test_half_precision(dtype, has_bf16, monkeypatch):
    """float16 overflows, and the NaN of that is to be seen.

    oneDNN refuses bfloat16 on processors without AVX-512.
    """
    name = '_is_mkldnn_bf16_supported'
    has_bf16 = has_bf16 and getattr(torch.ops.mkldnn, name)()
    monkeypatch.setattr(torch.ops.mkldnn, name, lambda: has_bf16)
    model, plain = build(), build(fold_norm=False)
    with torch.autocast('cpu', dtype=dtype):
        scores(model)
        is_fused = has_bf16 and dtype is torch.bfloat16
        assert bool(operators(model)['aten::relu_']) != is_fused
        given, expected = scores(model), scores(plain)
    torch.testing.assert_close(given, expected, rtol=0.05, atol=0.02)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
@torch.no_grad()
def test_inputs_that_are_not_finite(value):
    """oneDNN's activations give zero for NaN."""
    model = build()
    images = torch.randn(2, 5, 3, 32, 32)
    expected = model(images)
    images[1, ..., 0, 0] = value
    given = model(images)
    assert_close(given[0], expected[0])
    assert given[1].isnan().all()


@pytest.mark.parametrize('value', [float('nan'), 1e38])
@torch.no_grad()
def test_weights_that_are_not_finite(value):
    model = build()
    assert scores(model).isfinite().all()
    model.classifier.backbone.layer1[0].conv1.conv.weight.fill_(value)
    assert not scores(model).isfinite().any()


@pytest.mark.parametrize('unknown', [
    dict(act_cfg=dict(type='LeakyReLU')), dict(act_cfg=None),
    dict(norm_cfg=dict(type='BN')), dict(padding_mode='reflect'),
    dict(order=('act', 'conv', 'norm')), dict(conv_cfg=dict(type='Conv1d'))
], ids=lambda unknown: next(iter(unknown)))
def test_what_is_not_known_stays(unknown):
    network = nn.Sequential(ConvModule(3, 4, 3, padding=1, **unknown))
    before = str(network)
    assert fuse_activations(network) == []
    assert str(network) == before


@pytest.mark.parametrize('options', [
    dict(stride=2), dict(groups=3), dict(dilation=2), dict(bias=False),
    dict(act_cfg=dict(type='ReLU6'))
], ids=lambda options: next(iter(options)))
@torch.no_grad()
def test_a_convolution(options):
    torch.manual_seed(0)
    network = nn.Sequential(ConvModule(3, 6, 3, padding=1, **options))
    images = 20 * torch.randn(2, 3, 9, 9)
    expected = network(images)
    assert fuse_activations(network) == ['0.conv', '0.activate']
    assert_close(network(images), expected)


@torch.no_grad()
def test_without_onednn(monkeypatch):
    expected = scores(build())
    monkeypatch.setattr(torch.backends.mkldnn, 'is_available', lambda: False)
    model = build()
    assert_close(scores(model), expected)
    assert operators(model)['aten::relu_']


@torch.no_grad()
def test_an_operator_that_is_missing(monkeypatch):
    expected = scores(build())

    def missing(*_):
        raise RuntimeError('no such operator')

    monkeypatch.setattr('mmaction_sampler.models.passes.fusing'
                        '.ActivatedConv.forward', missing)
    assert_close(scores(build()), expected)
