"""``convert_official.py adafocus`` and ``adafocus_sthsth``.

Against the networks in plain torch and torchvision.
"""
import importlib.util
from types import ModuleType

import pytest
import torch
from helpers import REPOSITORY
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor, nn

pytest.importorskip('torchvision')
import official_adafocus as official  # noqa: E402
from official_torchvision import randomise_statistics  # noqa: E402


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The script as a module."""
    path = REPOSITORY / 'tools/model_converters/convert_official.py'
    spec = importlib.util.spec_from_file_location('convert_official', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def converted(tool: ModuleType, theirs: nn.Module, folder, method: str,
              config: str, **options) -> nn.Module:
    """Our model with their weights, in double precision."""
    torch.save(official.checkpoint(theirs), folder / 'theirs.pth')
    assert tool.main([method, str(folder / 'theirs.pth'),
                      str(folder / 'ours.pth')]) == 0
    cfg = Config.fromfile(REPOSITORY / f'configs/official/{config}.py')
    ours = MODELS.build(dict(cfg.model, **options))
    ours.load_state_dict(
        torch.load(folder / 'ours.pth')['state_dict'], strict=True)
    return ours.double().eval()


def check_equal(theirs: nn.Module, ours: nn.Module, frames: Tensor) -> None:
    """Probabilities after all steps, and places."""
    logits, places = theirs.double()(frames, ours.patch_size)
    found = ours.recognize(frames[None])
    torch.testing.assert_close(
        found.offsets[0, :len(places)].double(), places.double(),
        rtol=1e-6, atol=0)
    torch.testing.assert_close(
        found.scores[0], logits.softmax(-1), rtol=1e-6, atol=1e-9)


@torch.no_grad()
def test_activitynet(tool, tmp_path):
    torch.manual_seed(0)
    theirs = official.Anet().eval()
    randomise_statistics(theirs)
    theirs.policy.actor[0].weight.mul_(50)  # other places in other frames
    theirs.classifier.fc.weight.mul_(20)
    ours = converted(tool, theirs, tmp_path, 'adafocus', 'adafocus_r50_anet',
                     num_candidates=3)
    frames = torch.randn(3, 3, 224, 224, dtype=torch.float64)
    check_equal(theirs, ours, frames)
    assert len(ours.recognize(frames[None]).offsets[0].unique(dim=0)) > 1


@torch.no_grad()
def test_something_something(tool, tmp_path):
    torch.manual_seed(0)
    theirs = official.Sthsth().eval()
    randomise_statistics(theirs)
    theirs.policy.actor[0].weight.mul_(100)
    theirs.classifier.weight.mul_(20)
    theirs.glancer.net.classifier.weight.mul_(20)
    ours = converted(tool, theirs, tmp_path, 'adafocus_sthsth',
                     'adafocus_tsm_sthv1', patch_size=64)
    frames = torch.randn(20, 3, 224, 224, dtype=torch.float64)
    check_equal(theirs, ours, frames)
    place = ours.recognize(frames[None]).offsets[0, 0]
    assert (place - 0.5).abs().max() > 0.05


@pytest.mark.parametrize('grid', [25, 36, 49, 64])
@pytest.mark.parametrize('patch_size', [96, 128, 160, 192])
def test_places_are_the_same_pixels(grid, patch_size):
    """The authors multiply quotients in single precision, too."""
    from mmaction_sampler.ops import grid_offsets, patch_corners
    side = round(grid**0.5)
    theirs = torch.tensor([[i / (side - 1), j / (side - 1)]
                           for i in range(side) for j in range(side)])
    theirs = torch.floor(theirs * (224 - patch_size)).long()
    ours = patch_corners(grid_offsets(grid), patch_size, 224, 224)
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize('change,message', [
    (dict(policy=None), 'has no policy'),
    (dict(glancer={'net.stage': torch.zeros(1)}), "'glancer.net.stage'"),
    (dict(fc={'fc.weight': torch.zeros(200, 3328)}), 'averages probabil'),
    (dict(policy={'actor.0.bias': torch.zeros(25)}), "'policy.actor.bias'"),
    (dict(fc={'gru.weight_ih_l0': 1}), "a int under 'gru.weight_ih_l0'"),
])
def test_what_is_not_a_released_checkpoint(tool, tmp_path, capsys, change,
                                           message):
    with torch.device('meta'):
        theirs = official.Anet()
    content = dict(official.checkpoint(theirs.to_empty(device='cpu')))
    torch.save(dict(content, **change), tmp_path / 'theirs.pth')
    assert tool.main(['adafocus', str(tmp_path / 'theirs.pth'),
                      str(tmp_path / 'ours.pth')]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / 'ours.pth').exists()
