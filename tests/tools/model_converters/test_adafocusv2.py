"""The names in AdaFocusV2's checkpoints, against torchvision's networks.

The authors' networks are torchvision's: what their tensors compute there,
they have to compute under our names.
"""
import importlib.util
from types import ModuleType
from typing import Dict

import pytest
import torch
from helpers import REPOSITORY
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor, nn

torchvision = pytest.importorskip('torchvision')
NUM_STEPS, NUM_CLASSES = 16, 200
WIDTH, HIDDEN = 4096, 2048


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The converter as a module."""
    path = REPOSITORY / 'tools/model_converters/adafocusv2.py'
    spec = importlib.util.spec_from_file_location('adafocusv2', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def official(name: str):
    """The model of an official config."""
    cfg = Config.fromfile(REPOSITORY / f'configs/official/{name}.py')
    return MODELS.build(cfg.model).eval()


def randomised(module: nn.Module) -> nn.Module:
    """Normalisation layers, too, get values of their own."""
    torch.manual_seed(0)
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            for tensor in (layer.weight.data, layer.running_var):
                tensor.uniform_(0.5, 1.5)
            layer.bias.data.normal_()
            layer.running_mean.normal_()
    return module.eval()


def old_mobilenet_keys(network: nn.Module) -> Dict[str, Tensor]:
    """MobileNetV2 with flat inverted residuals, as torchvision once had it.

    There a block was one sequence: convolution, normalisation, activation,
    and so on; today the first two of them are sequences of their own.
    """
    state = {}
    for key, value in network.state_dict().items():
        parts = key.split('.')
        if parts[0] == 'features' and 'conv' in parts:
            block = network.features[int(parts[1])].conv
            flat, place = [], int(parts[3])
            for layer in block:
                flat.append(3 if isinstance(layer, nn.Sequential) else 1)
            inner = int(parts[4]) if isinstance(
                block[place], nn.Sequential) else 0
            tensor = parts[5:] if isinstance(
                block[place], nn.Sequential) else parts[4:]
            number = sum(flat[:place]) + inner
            key = '.'.join([*parts[:3], str(number), *tensor])
        elif parts[0] == 'classifier':
            key = key.replace('classifier.1', 'classifier')
        state[key] = value
    return state


def other_keys(channels: int, cells: int) -> Dict[str, Tensor]:
    """What is not a backbone, by the authors' names, all different."""
    encoder = nn.Sequential(
        nn.Conv2d(channels, 64, 1, bias=False), nn.BatchNorm2d(64), nn.Tanh(),
        nn.Flatten(), nn.Linear(64 * cells**2, HIDDEN),
        nn.BatchNorm1d(HIDDEN), nn.Tanh())
    parts = {
        'policy_stn.encoder': randomised(encoder),
        'policy_stn.gru': nn.GRU(HIDDEN, HIDDEN),
        'policy_stn.fc.0': nn.Linear(HIDDEN, 2),
        'classifier.mlp.layers': randomised(nn.Sequential(
            nn.Linear(channels + 2048, WIDTH), nn.BatchNorm1d(WIDTH))),
        'global_CNN_fc.1': nn.Linear(channels, NUM_CLASSES),
        'local_CNN_fc.1': nn.Linear(2048, NUM_CLASSES),
    }
    for step in range(NUM_STEPS):
        parts[f'classifier.classifiers.{step}.1'] = nn.Linear(
            WIDTH, NUM_CLASSES)
    return {f'{place}.{key}': value for place, module in parts.items()
            for key, value in module.state_dict().items()}


def checkpoint(global_cnn: Dict[str, Tensor], local_cnn: nn.Module,
               others: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """All of it, as DataParallel saves it."""
    state = {f'global_CNN.{k}': v for k, v in global_cnn.items()}
    state.update(
        {f'local_CNN.{k}': v for k, v in local_cnn.state_dict().items()})
    return {f'module.{k}': v for k, v in {**state, **others}.items()}


@torch.no_grad()
@pytest.mark.parametrize('name,cells', [('adafocusv2_mbv2_anet', 7),
                                        ('adafocusv2_r50_anet', 3)])
def test_converted_networks_compute_the_same(tool, name, cells):
    local = randomised(torchvision.models.resnet50())
    if 'mbv2' in name:
        glance = randomised(torchvision.models.mobilenet_v2())
        channels, keys = 1280, old_mobilenet_keys(glance)
        maps_of = glance.features
    else:
        glance = randomised(torchvision.models.resnet50())
        channels, keys = 2048, glance.state_dict()
        maps_of = nn.Sequential(*list(glance.children())[:-2])
    others = other_keys(channels, cells)
    model = official(name)
    model.load_state_dict(
        tool.convert(checkpoint(keys, local, others)), strict=True)

    frames = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    local_maps_of = nn.Sequential(*list(local.children())[:-2])
    for ours, theirs in ((model.global_cnn, maps_of),
                         (model.local_cnn, local_maps_of)):
        maps = ours.double()(frames)
        torch.testing.assert_close(
            maps[-1] if isinstance(maps, tuple) else maps,
            theirs.double()(frames), rtol=1e-6, atol=1e-9)
    for step in (0, NUM_STEPS - 1):
        linear = f'classifier.classifiers.{step}.1'
        assert torch.equal(model.classifier.weight[step],
                           others[f'{linear}.weight'].T)
        assert torch.equal(model.classifier.bias[step],
                           others[f'{linear}.bias'])
    for ours, theirs in (('policy.gru.weight_hh_l0',
                          'policy_stn.gru.weight_hh_l0'),
                         ('policy.projection.bias', 'policy_stn.fc.0.bias'),
                         ('policy.encoder.5.running_var',
                          'policy_stn.encoder.5.running_var'),
                         ('classifier.embedding.1.bias',
                          'classifier.mlp.layers.1.bias'),
                         ('local_head.projection.weight',
                          'local_CNN_fc.1.weight')):
        assert torch.equal(model.state_dict()[ours], others[theirs]), ours
    assert model.exit_thresholds.isinf().all()


def test_unknown_key_and_missing_step(tool):
    steps = {f'module.classifier.classifiers.{i}.1.{name}': torch.zeros(2, 2)
             for i in range(3) for name in ('weight', 'bias')}
    with pytest.raises(ValueError, match="'module.optimizer.lr', which the"):
        tool.convert({**steps, 'module.optimizer.lr': torch.zeros(1)})
    del steps['module.classifier.classifiers.1.1.weight']
    with pytest.raises(ValueError, match=r'steps \[0, 2\], not of 0 to T'):
        tool.convert(steps)
