"""resize gives what torch.nn.functional.interpolate gives."""
import pytest
import torch
import torch.nn.functional as F

from mmaction_sampler.ops import interpolate, resize


@pytest.mark.parametrize('mode', ['bilinear', 'nearest'])
@pytest.mark.parametrize('side, size', [
    (112, 56), (96, 32), (64, 16), (50, 10), (60, 10), (33, 16), (20, 24),
    (12, 1), (12, 12)])
def test_squares(side, size, mode):
    torch.manual_seed(0)
    images = torch.randn(2, 3, side, side, dtype=torch.float64)
    expected = F.interpolate(images, size=(size, size), mode=mode)
    torch.testing.assert_close(
        resize(images, size, mode), expected, rtol=1e-12, atol=1e-14)
    images = images.float()
    torch.testing.assert_close(
        resize(images, size, mode),
        F.interpolate(images, size=(size, size), mode=mode),
        rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize('shape', [(32, 48), (48, 24)])
def test_other_shapes(shape):
    images = torch.randn(2, 3, *shape, dtype=torch.float64)
    torch.testing.assert_close(
        resize(images, 16),
        F.interpolate(images, size=(16, 16), mode='bilinear'))


def test_the_same_operators_on_every_device(monkeypatch):
    """Or a model's cost would depend on the device."""
    monkeypatch.setattr(F, 'interpolate', None)
    assert resize(torch.empty(2, 3, 16, 16, device='meta'), 8).shape == (
        2, 3, 8, 8)


@pytest.mark.parametrize('size', [8, 4])
def test_gradients(size):
    images = torch.randn(1, 2, 16, 16, dtype=torch.float64,
                         requires_grad=True)
    given, = torch.autograd.grad(resize(images, size).square().sum(), images)
    expected, = torch.autograd.grad(F.interpolate(
        images, size=(size, size), mode='bilinear').square().sum(), images)
    torch.testing.assert_close(given, expected)


@pytest.mark.parametrize('options', [
    dict(size=12, mode='bilinear'), dict(size=(12, 9), mode='nearest'),
    dict(size=12, mode='bilinear', align_corners=True),
    dict(scale_factor=0.5, mode='bicubic'), dict(size=9, mode='area')])
def test_options_of_interpolate(options):
    images = torch.randn(2, 3, 16, 20, dtype=torch.float64)
    torch.testing.assert_close(
        interpolate(images, options), F.interpolate(images, **options),
        rtol=1e-12, atol=1e-14)


def test_images_are_left_as_they_are():
    images = torch.randn(1, 1, 4, 4)
    before = images.clone()
    resize(images, 2)
    assert torch.equal(images, before)
