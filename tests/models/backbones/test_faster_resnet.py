"""The clip backbones of FASTER Table 1."""
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.models.backbones import (ClipResNet2D,
                                               ClipResNet2Plus1D,
                                               ClipResNet3D)

KINDS = ('ClipResNet2Plus1D', 'ClipResNet3D', 'ClipResNet2D')


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('clip_len', [8, 16, 32])
def test_map_is_an_eighth_of_the_clip(kind: str, clip_len: int) -> None:
    """``(B, 2048, L/8, 7, 7)`` at 224 px; here a 32nd of the width."""
    network = MODELS.build(dict(type=kind, base_channels=2)).eval()
    with torch.no_grad():
        features = network(torch.zeros(1, 3, clip_len, 224, 224))
    assert features.shape == (1, 64, clip_len // 8, 7, 7)
    assert network.out_channels == 64


@pytest.mark.parametrize('network, layers', [
    (ClipResNet2Plus1D(), 50), (ClipResNet3D(), 50), (ClipResNet2D(), 26)])
def test_depth_and_width(network: nn.Module, layers: int) -> None:
    """With the classifier; the split 3x3x3 counts as one layer."""
    assert network.out_channels == 2048
    blocks = sum(len(stage) for stage in network.stages)
    assert 3 * blocks + 2 == layers


def test_channels_between_are_those_of_the_table() -> None:
    network = ClipResNet2Plus1D()
    assert network.stem[0].conv.out_channels == 45
    between = [stage[0].middle[0].conv.out_channels
               for stage in network.stages]
    assert between == [144, 288, 576, 1152]
    assert [stage[0].expand.conv.out_channels
            for stage in network.stages] == [256, 512, 1024, 2048]


def test_strides_are_where_the_flops_need_them() -> None:
    first = ClipResNet2Plus1D().stages[1][0]
    assert first.middle[0].conv.stride == (1, 2, 2)
    assert first.middle[1].conv.stride == (2, 1, 1)
    assert first.shortcut.conv.stride == (2, 2, 2)
    assert ClipResNet3D().stages[1][0].middle.conv.stride == (2, 2, 2)
    cheap = ClipResNet2D()
    assert cheap.stem.conv.kernel_size == (8, 7, 7)
    assert cheap.stem.conv.stride == (8, 2, 2)
    assert cheap.stem.conv.padding == (0, 3, 3)
    assert cheap.stages[3][0].middle.conv.stride == (1, 2, 2)


@pytest.mark.parametrize('kind', KINDS)
def test_clips_that_do_not_fit(kind: str) -> None:
    network = MODELS.build(dict(type=kind, base_channels=1))
    with pytest.raises(ValueError, match='multiple of 8 frames, but got 12'):
        network(torch.zeros(1, 3, 12, 32, 32))


@pytest.mark.parametrize('options', [
    dict(stage_blocks=()), dict(stage_blocks=(1, 0)), dict(base_channels=0)])
def test_impossible_numbers(options: dict) -> None:
    with pytest.raises(ValueError, match='must be at least 1'):
        ClipResNet3D(**options)


@pytest.mark.parametrize('kind', KINDS)
def test_is_an_ordinary_backbone(kind: str) -> None:
    """Of MMAction2's own recognizer, trained and tested on clips."""
    from helpers import samples
    from helpers_faster import tiny_clip_model
    model = MODELS.build(tiny_clip_model(kind))
    model.init_weights()
    inputs = torch.randn(2, 1, 3, 8, 32, 32)
    losses = model.loss(inputs, samples([0, 2]))
    losses['loss_cls'].backward()
    assert all(p.grad is not None for p in model.parameters())
    predicted = model.eval().predict(
        torch.randn(2, 3, 3, 8, 32, 32), samples([0, 2]))
    assert predicted[0].pred_score.sum().item() == pytest.approx(1.)
