"""``convert_official.py adafocusv2`` against the networks in plain torch.

Their backbones are torchvision's, which is written independently of
MMAction2; the rest is written out here under the released names.
"""
import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from helpers import REPOSITORY
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor, nn

torchvision = pytest.importorskip('torchvision')
from official_torchvision import (flat_mobilenet,  # noqa: E402
                                  randomise_statistics, resnet_maps)

NUM_STEPS, NUM_CLASSES, WIDTH = 16, 200, 4096
HIDDEN = 2048


class Policy(nn.Module):
    """The released policy."""

    def __init__(self, channels: int, cells: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, 64, 1, bias=False), nn.BatchNorm2d(64),
            nn.Tanh(), nn.Flatten(), nn.Linear(64 * cells**2, HIDDEN),
            nn.BatchNorm1d(HIDDEN), nn.Tanh())
        self.gru = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.fc = nn.Sequential(nn.Linear(HIDDEN, 2), nn.Sigmoid())


class Theirs(nn.Module):
    """The released model on one video, frame after frame."""

    def __init__(self, light: str) -> None:
        super().__init__()
        self.is_mobilenet = light == 'mbv2'
        channels = 1280 if self.is_mobilenet else 2048
        self.global_CNN = (flat_mobilenet() if self.is_mobilenet else
                           torchvision.models.resnet50())
        self.global_CNN_fc = nn.Sequential(
            nn.Dropout(), nn.Linear(channels, NUM_CLASSES))
        self.local_CNN = torchvision.models.resnet50()
        self.local_CNN_fc = nn.Sequential(
            nn.Dropout(), nn.Linear(2048, NUM_CLASSES))
        self.policy_stn = Policy(channels, 7 if self.is_mobilenet else 3)
        self.classifier = nn.ModuleDict(dict(
            mlp=nn.ModuleDict(dict(layers=nn.Sequential(
                nn.Linear(channels + 2048, WIDTH), nn.BatchNorm1d(WIDTH),
                nn.ReLU()))),
            classifiers=nn.ModuleList(
                nn.Sequential(nn.Dropout(), nn.Linear(WIDTH, NUM_CLASSES))
                for _ in range(NUM_STEPS))))

    def forward(self, frames: Tensor, patch_size: int) -> Tensor:
        """Logits after each frame of ``(S, 3, 224, 224)``."""
        if self.is_mobilenet:
            maps = self.global_CNN.features(frames)
        else:
            maps = resnet_maps(self.global_CNN, F.interpolate(
                frames, 96, mode='bilinear', align_corners=True))
        codes = self.policy_stn.encoder(maps)[None]
        places = self.policy_stn.fc(self.policy_stn.gru(codes)[0][0])
        theta = torch.zeros(len(frames), 2, 3, dtype=frames.dtype)
        theta[:, 0, 0] = theta[:, 1, 1] = patch_size / 224
        middle = places.flip(1) * (224 - patch_size) + patch_size / 2
        theta[:, :, 2] = 2 * middle / 224 - 1
        grid = F.affine_grid(
            theta, [len(frames), 3, patch_size, patch_size],
            align_corners=False)
        patches = F.grid_sample(frames, grid, align_corners=False)
        local = resnet_maps(self.local_CNN, patches)
        features = torch.cat([maps.mean((2, 3)), local.mean((2, 3))], 1)
        embedded = self.classifier['mlp']['layers'](features)
        return torch.stack([
            self.classifier['classifiers'][t](embedded[:t + 1].amax(0))
            for t in range(len(frames))])


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The script as a module."""
    path = REPOSITORY / 'tools/model_converters/convert_official.py'
    spec = importlib.util.spec_from_file_location('convert_official', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(model: nn.Module, path, **changes) -> None:
    """As DataParallel saves a model."""
    state = {f'module.{k}': v for k, v in model.state_dict().items()}
    state.update(changes)
    torch.save(dict(state_dict=state), path)


@torch.no_grad()
@pytest.mark.parametrize('light,name', [('mbv2', 'adafocusv2_mbv2_anet'),
                                        ('r50', 'adafocusv2_r50_anet')])
def test_our_config_computes_the_same(tool, tmp_path, light, name):
    torch.manual_seed(0)
    theirs = Theirs(light).eval()
    randomise_statistics(theirs)
    theirs.policy_stn.fc[0].weight.mul_(20)  # patches far from the middle
    write(theirs, tmp_path / 'theirs.pth')
    assert tool.main(['adafocusv2', str(tmp_path / 'theirs.pth'),
                      str(tmp_path / 'ours.pth')]) == 0
    cfg = Config.fromfile(REPOSITORY / f'configs/official/{name}.py')
    ours = MODELS.build(cfg.model)
    ours.load_state_dict(
        torch.load(tmp_path / 'ours.pth')['state_dict'], strict=True)
    assert ours.exit_thresholds.isinf().all()
    frames = torch.randn(2, 3, 224, 224, dtype=torch.float64)
    seen = ours.double().eval().see(frames[None])
    assert (seen.patch_offset - 0.5).abs().max() > 0.05
    torch.testing.assert_close(
        seen.logits[0], theirs.double()(frames, 128), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize('change,message', [
    ({'module.stage': torch.zeros(1)}, "the key 'module.stage'"),
    ({'module.classifier.classifiers.17.1.bias': torch.zeros(200)},
     'has the bias of the steps'),
])
def test_what_is_not_a_released_checkpoint(tool, tmp_path, capsys, change,
                                           message):
    with torch.device('meta'):
        model = Theirs('r50')
    model = model.to_empty(device='cpu')
    write(model, tmp_path / 'theirs.pth', **change)
    assert tool.main(['adafocusv2', str(tmp_path / 'theirs.pth'),
                      str(tmp_path / 'ours.pth')]) == 1
    assert message in capsys.readouterr().err
    torch.save(dict(state_dict={}), tmp_path / 'empty.pth')
    assert tool.main(['adafocusv2', str(tmp_path / 'empty.pth'),
                      str(tmp_path / 'ours.pth')]) == 1
    assert 'none of the released AdaFocusV2' in capsys.readouterr().err
