"""The networks of SCSampler: shapes, layers, and torchvision's weights."""
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn


@pytest.mark.parametrize('ours, theirs', [
    ('R3D', 'r3d_18'), ('MC3', 'mc3_18'), ('R2Plus1D', 'r2plus1d_18')])
def test_weights_of_torchvision_load_and_give_the_same(ours, theirs) -> None:
    video = pytest.importorskip('torchvision.models.video')
    torch.manual_seed(0)
    reference = getattr(video, theirs)(weights=None).eval()
    network = MODELS.build(dict(type=ours)).eval()
    weights = {k: v for k, v in reference.state_dict().items()
               if not k.startswith('fc.')}
    network.load_state_dict(weights)
    reference.avgpool = reference.fc = nn.Identity()
    clips = torch.randn(1, 3, 4, 32, 32)
    with torch.no_grad():
        assert torch.allclose(
            network(clips).flatten(1), reference(clips), atol=1e-5)


@pytest.mark.parametrize('name', ['R3D', 'R2Plus1D'])
def test_34_layers(name) -> None:
    network = MODELS.build(dict(type=name, depth=34, base_channels=4)).eval()
    assert [len(getattr(network, f'layer{i}')) for i in (1, 2, 3, 4)] == [
        3, 4, 6, 3]
    assert network(torch.randn(1, 3, 4, 32, 32)).shape == (1, 32, 1, 2, 2)
    with pytest.raises(ValueError, match='depth'):
        MODELS.build(dict(type=name, depth=50))


def test_mixed_convolutions_keep_time() -> None:
    network = MODELS.build(dict(type='MC3', base_channels=4)).eval()
    assert network(torch.randn(1, 3, 4, 32, 32)).shape == (1, 32, 4, 2, 2)


def layers(network: nn.Module, kinds: tuple) -> int:
    """Number of layers of some kinds."""
    return sum(isinstance(m, kinds) for m in network.modules())


def test_audio_vgg() -> None:
    network = MODELS.build(dict(type='AudioVGG')).eval()
    # With the layer of the head: 18 layers with weights.
    assert layers(network, (nn.Conv2d, nn.BatchNorm2d, nn.Linear)) == 17
    assert network(torch.randn(2, 1, 40, 200)).shape == (2, 512)


@pytest.mark.parametrize('channels', [2, 3])
def test_shufflenet_has_26_layers(channels) -> None:
    network = MODELS.build(dict(type='ShuffleNet26', in_channels=channels))
    network.init_weights()
    network.eval()
    # The head's layer is the 26th.
    assert layers(network, nn.Conv2d) == 25
    features = network(torch.randn(1, channels, 64, 64))
    assert features.shape == (1, 480, 2, 2)
