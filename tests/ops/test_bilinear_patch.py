"""Patches at real-valued places: values, gradients, boxes."""
import pytest
import torch
import torch.nn.functional as F

from mmaction_sampler.ops import (bilinear_patches, crop_patches, offset_boxes,
                                  patch_corners)


def frames(num=6, height=12, width=15, dtype=torch.float32):
    torch.manual_seed(0)
    return torch.randn(num, 3, height, width, dtype=dtype)


def by_grid_sample(images, patch_offset, size):
    """PyTorch's own sampler, in normalised coordinates."""
    _, _, height, width = images.shape
    top = patch_offset[:, :1] * (height - size)
    left = patch_offset[:, 1:] * (width - size)
    span = torch.arange(size, dtype=images.dtype)
    ys = (2 * (top + span) + 1) / height - 1
    xs = (2 * (left + span) + 1) / width - 1
    grid = torch.stack([
        xs[:, None, :].expand(-1, size, -1),
        ys[:, :, None].expand(-1, -1, size)
    ], dim=-1)
    return F.grid_sample(
        images, grid, padding_mode='border', align_corners=False)


def test_equals_grid_sample():
    images = frames(dtype=torch.float64)
    patch_offset = torch.rand(6, 2, dtype=torch.float64)
    torch.testing.assert_close(
        bilinear_patches(images, patch_offset, 5),
        by_grid_sample(images, patch_offset, 5), rtol=1e-6, atol=1e-12)


def test_equals_the_plain_crop_at_whole_pixels():
    """Bit by bit, at every corner, also the last."""
    height, width, size = 13, 21, 5  # free ranges 8 and 16: exact in binary
    corners = torch.cartesian_prod(torch.arange(9), torch.arange(17))
    images = frames(len(corners), height, width)
    free = torch.tensor([height - size, width - size])
    patches = bilinear_patches(images, corners / free, size)
    for image, patch, (y, x) in zip(images, patches, corners.tolist()):
        assert torch.equal(patch, image[:, y:y + size, x:x + size])


def test_equals_the_crop_of_the_first_version_at_whole_pixels():
    """AdaFocus and AdaFocusV2 look at the same pixels from the same place."""
    images, size = frames(17, 13, 21), 5
    corners = torch.stack([torch.arange(17) // 2, torch.arange(17)], dim=1)
    offsets = corners / torch.tensor([8, 16])
    assert torch.equal(patch_corners(offsets, size, 13, 21), corners)
    assert torch.equal(
        bilinear_patches(images, offsets, size),
        crop_patches(images, torch.arange(17), corners, size))


def test_patch_as_large_as_the_frame_is_the_frame():
    images = frames(height=15)
    patches = bilinear_patches(images, torch.rand(6, 2), 15)
    assert torch.equal(patches, images)


def test_gradients():
    images = frames(2, 6, 7, torch.float64).requires_grad_()
    patch_offset = torch.tensor([[0.13, 0.62], [0.71, 0.34]],
                                dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda x, o: bilinear_patches(x, o, 3), (images, patch_offset))


def test_gradient_at_the_ends_is_that_of_the_interior():
    """On a ramp the gradient is the free range, everywhere."""
    ramp = torch.arange(12.).expand(1, 1, 12, 12)
    for x in (0., 0.5, 1.):
        patch_offset = torch.tensor([[x, x]], requires_grad=True)
        bilinear_patches(ramp, patch_offset, 4).mean().backward()
        assert patch_offset.grad[0].tolist() == pytest.approx([0., 8.])


def test_gradient_leads_to_what_is_looked_for():
    """Descent on the distance to a patch finds its place."""
    y, x = torch.meshgrid(torch.arange(32.), torch.arange(32.),
                          indexing='ij')
    image = torch.exp(-((y - 20)**2 + (x - 9)**2) / 60)[None, None]
    wanted = image[:, :, 14:26, 3:15]
    patch_offset = torch.tensor([[0.5, 0.4]], requires_grad=True)
    optimizer = torch.optim.Adam([patch_offset], lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss = (bilinear_patches(image, patch_offset, 12) - wanted).pow(2)
        loss.mean().backward()
        optimizer.step()
    assert (patch_offset * 20)[0].tolist() == pytest.approx([14, 3], abs=0.2)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_low_precision_frames_keep_their_type(dtype):
    images = frames().to(dtype)
    patches = bilinear_patches(images, torch.rand(6, 2), 5)
    assert patches.dtype == dtype


def test_boxes():
    patch_offset = torch.tensor([[[0., 1.], [0.25, 0.5]]])
    boxes = offset_boxes(patch_offset, 4, height=12, width=14)
    assert boxes.tolist() == [[[10, 0, 14, 4], [5, 2, 9, 6]]]


@pytest.mark.parametrize('size', [0, 13])
def test_patch_that_does_not_fit(size):
    with pytest.raises(ValueError, match=f'12x15 px.*but got {size}'):
        bilinear_patches(frames(), torch.rand(6, 2), size)
