"""Places of patches, and cutting them out."""
import pytest
import torch

from mmaction_sampler.ops import (crop_patches, grid_offsets, patch_boxes,
                                  patch_corners, random_offsets)


@pytest.mark.parametrize('num_positions', [25, 36, 49, 64])
def test_grid_is_exact_for_every_free_range(num_positions):
    """Float offsets hit the pixel that integer arithmetic gives."""
    side = round(num_positions**0.5)
    offsets = grid_offsets(num_positions)
    for free in range(225):
        places = torch.tensor([i * free // (side - 1) for i in range(side)])
        corners = patch_corners(offsets, 7, free + 7, free + 7)
        assert torch.equal(corners, torch.cartesian_prod(places, places))


@pytest.mark.parametrize('num_positions', [-4, 0, 1, 24, 50])
def test_grid_must_be_square(num_positions):
    with pytest.raises(ValueError, match=f'square.*{num_positions}'):
        grid_offsets(num_positions)


def test_offset_is_row_then_column_of_the_free_range():
    offsets = torch.tensor([[0., 0.], [1., 0.], [0., 1.], [0.5, 0.99]])
    corners = patch_corners(offsets, 4, height=10, width=24)
    assert corners.tolist() == [[0, 0], [6, 0], [0, 20], [3, 19]]


@pytest.mark.parametrize('patch_size', [0, 11])
def test_patch_must_fit(patch_size):
    with pytest.raises(ValueError, match='10x24 frame.*but got'):
        patch_corners(torch.zeros(1, 2), patch_size, 10, 24)


def test_crop_equals_slicing():
    frames = torch.arange(3. * 2 * 6 * 8).view(3, 2, 6, 8)
    inds = torch.tensor([0, 2, 2, 1, 0])
    corners = torch.tensor([[0, 0], [3, 5], [1, 2], [2, 4], [3, 0]])
    patches = crop_patches(frames, inds, corners, 3)
    for i, (y, x), patch in zip(inds, corners.tolist(), patches):
        assert torch.equal(patch, frames[i, :, y:y + 3, x:x + 3])
    none = crop_patches(frames, inds[:0], corners[:0], 3)
    assert none.shape == (0, 2, 3, 3)


def test_boxes_frame_what_is_cropped():
    frames = torch.rand(1, 1, 9, 9)
    corner = torch.tensor([[2, 5]])
    patch = crop_patches(frames, torch.tensor([0]), corner, 4)[0]
    left, upper, right, lower = patch_boxes(corner, 4)[0].int().tolist()
    assert torch.equal(patch, frames[0, :, upper:lower, left:right])


def test_random_offsets_cover_the_range():
    torch.manual_seed(0)
    offsets = random_offsets(50, 40, torch.device('cpu'))
    assert offsets.shape == (50, 40, 2)
    assert 0 <= offsets.min() < 0.01 and 0.99 < offsets.max() < 1
