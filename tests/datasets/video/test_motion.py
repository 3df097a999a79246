"""Rasterising, moving and following blocks, against plain loops."""
import numpy as np
import pytest

from mmaction_sampler.datasets.video.blocks import locate_blocks
from mmaction_sampler.datasets.video.motion import (Accumulation,
                                                    motion_fields,
                                                    pixel_shifts, residual,
                                                    warp)
from mmaction_sampler.datasets.video.motion_vectors import _BLOCK


def blocks(*rows):
    """Of (source, w, h, centre x, centre y, motion x, motion y, scale)."""
    found = np.zeros(len(rows), _BLOCK)
    names = ('source', 'w', 'h', 'dst_x', 'dst_y', 'motion_x', 'motion_y',
             'motion_scale')
    for i, row in enumerate(rows):
        for name, value in zip(names, row):
            found[name][i] = value
    return found


def test_sign_and_scale():
    vectors = blocks((-1, 16, 16, 8, 8, 3, -4, 2), (-1, 8, 8, 4, 4, 3, 2, 4),
                     (1, 16, 16, 8, 8, 16, 8, 8), (-1, 16, 16, 8, 8, 0, 0, 0))
    np.testing.assert_array_equal(
        locate_blocks([vectors], 16, 16).displacement,
        [[-1.5, 2], [-0.75, -0.5], [2, 1], [0, 0]])


def test_mean_by_covered_area():
    field, = motion_fields(locate_blocks(
        [blocks((-1, 16, 8, 8, 4, -4, 0, 1), (-1, 8, 8, 4, 12, -8, -8, 1),
                (-1, 16, 16, 40, 8, -1, -2, 1))], 20, 45))
    # Cells (2, 3): one covered by three quarters, one whole, four intra.
    np.testing.assert_allclose(field.displacement[0, 0], [16 / 3, 8 / 3])
    np.testing.assert_allclose(field.displacement[0, 2], [1, 2])
    assert not field.displacement[0, 1].any()
    assert not field.displacement[1].any()
    np.testing.assert_allclose(field.coverage, [[0.75, 0, 1], [0, 0, 0]])


def test_blocks_from_both_sides_cover_once():
    field, = motion_fields(locate_blocks(
        [blocks((-1, 16, 8, 8, 4, -2, 0, 1), (1, 16, 8, 8, 4, 4, 0, 1))], 16,
        16))
    np.testing.assert_allclose(field.displacement[0, 0], [3, 0])
    np.testing.assert_allclose(field.coverage, [[0.5]])


def test_no_blocks():
    found = locate_blocks([blocks()], 17, 16)
    field, = motion_fields(found)
    assert field.displacement.shape == (2, 1, 2)
    assert not field.coverage.any()
    assert not pixel_shifts(found).any()


@pytest.mark.parametrize('kinds', ['whole', 'divided', 'both sides'])
def test_frames_at_once_are_those_one_by_one(kinds):
    rng = np.random.default_rng(2)
    sides = [1, -1] if kinds == 'both sides' else [-1]
    size = 8 if kinds == 'divided' else 16
    frames = [blocks(*(
        (side, size, size, x + size // 2, y + size // 2,
         *rng.integers(-70, 70, 2), 4)
        for y in range(0, 48, size) for x in range(0, 64, size)
        for side in sides if rng.random() < 0.7)) for _ in range(4)]
    frames[2] = blocks()
    together = locate_blocks(frames, 37, 52)
    alone = [locate_blocks([frame], 37, 52) for frame in frames]
    for field, one in zip(motion_fields(together), alone, strict=True):
        expected, = motion_fields(one)
        np.testing.assert_array_equal(field.displacement,
                                      expected.displacement)
        np.testing.assert_array_equal(field.coverage, expected.coverage)
    for shifts, one in zip(pixel_shifts(together), alone, strict=True):
        expected, = pixel_shifts(one)
        scale = len(shifts) // len(expected)  # whole where nothing moves
        np.testing.assert_array_equal(
            shifts, expected.repeat(scale, 0).repeat(scale, 1))


@pytest.mark.parametrize('whole', [True, False])
def test_warp_is_the_plain_loop(whole):
    rng = np.random.default_rng(0)
    height, width = 37, 52
    rows = []
    for y in range(0, 48, 16):
        for x in range(0, 64, 16):
            w, h = (16, 16) if whole else rng.choice([8, 16], 2)
            for top in range(0, 16, h):
                for left in range(0, 16, w):
                    # Far outside, too.
                    rows.append((-1, w, h, x + left + w // 2, y + top
                                 + h // 2, *rng.integers(-70, 70, 2), 1))
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    shifts, = pixel_shifts(locate_blocks([blocks(*rows)], height, width))
    assert shifts.shape == ((3, 4, 2) if whole else (6, 8, 2))
    expected = image.copy()
    for _, w, h, cx, cy, dx, dy, _ in rows:
        for y in range(cy - h // 2, min(cy + h // 2, height)):
            for x in range(cx - w // 2, min(cx + w // 2, width)):
                expected[y, x] = image[np.clip(y + dy, 0, height - 1),
                                       np.clip(x + dx, 0, width - 1)]
    np.testing.assert_array_equal(warp(image, shifts), expected)
    frame = rng.integers(0, 256, image.shape, dtype=np.uint8)
    np.testing.assert_array_equal(
        expected + residual(frame, expected), frame)


def test_accumulation_follows_every_pixel():
    rng = np.random.default_rng(1)
    height, width = 24, 40
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    follow = Accumulation(height, width)
    moved = image
    sources = np.stack(np.mgrid[:height, :width], -1).astype(np.int16)
    for _ in range(3):
        shifts = rng.integers(-9, 9, (4, 6, 2))
        follow.update(shifts)
        moved = np.ascontiguousarray(warp(moved, shifts))
        sources = np.ascontiguousarray(warp(sources, shifts))
    np.testing.assert_array_equal(follow.predict(image), moved)
    expected = np.stack(np.mgrid[:height, :width], -1) - sources
    np.testing.assert_array_equal(follow.displacement(), expected[..., ::-1])
    follow.reset()
    np.testing.assert_array_equal(follow.predict(image), image)
