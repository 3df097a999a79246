"""Tests of what the needle generator draws, before it is encoded."""
import sys
from types import ModuleType

import numpy as np
import pytest

NUM_FRAMES = 50


def test_hard_scenes(tool: ModuleType) -> None:
    rng = np.random.default_rng(0)
    lengths, orders = {'a': set(), 'b': set()}, set()
    for _ in range(300):
        a, b = tool.VARIANTS['main'].draw(rng, 3, False, NUM_FRAMES, 112)
        assert a.stop <= b.start or b.stop <= a.start
        assert min(a.start, b.start) >= 0
        assert max(a.stop, b.stop) <= NUM_FRAMES
        orders.add(a.start < b.start)
        for plate in (a, b):
            lengths[plate.kind].add(plate.stop - plate.start)
            assert len(plate.corners) == plate.stop - plate.start
    assert lengths == {'a': set(range(12, 18)), 'b': {5, 6, 7}}
    assert orders == {True, False}


def test_shortest_video_has_room_for_both_plates(tool: ModuleType) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        a, b = tool.VARIANTS['main'].draw(rng, 0, False, 24, 112)
        assert 0 <= min(a.start, b.start) <= max(a.stop, b.stop) <= 24


@pytest.mark.parametrize('size', [64, 112])
def test_easy_scenes(tool: ModuleType, size: int) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        a, b = tool.VARIANTS['main'].draw(rng, 3, True, NUM_FRAMES, size)
        for plate in (a, b):
            assert (plate.start, plate.stop) == (0, NUM_FRAMES)
            assert plate.corners.min() >= 0
            assert plate.corners.max() <= size - 28
        # Two squares are apart if they are apart along one axis.
        assert (np.abs(a.corners - b.corners).max(axis=1) >= 28).all()


def test_plates_move_three_pixels_a_frame(tool: ModuleType) -> None:
    rng = np.random.default_rng(0)
    steps = []
    for _ in range(100):
        for plate in tool.VARIANTS['main'].draw(rng, 3, False, NUM_FRAMES, 112):
            assert plate.corners.min() >= 0 and plate.corners.max() <= 84
            steps.append(np.hypot(*np.diff(plate.corners, axis=0).T))
    # Whole pixels make single steps differ, and bounces shorten a few.
    assert abs(np.median(np.concatenate(steps)) - 3) < 0.3


def test_paths_reach_every_wall(tool: ModuleType) -> None:
    bounce = sys.modules['scene'].bounce
    path = bounce(
        np.random.default_rng(0), np.zeros(2), np.full(2, 84), 2000, 3.0)
    assert (path.min(axis=0) >= 0).all() and (path.min(axis=0) < 3).all()
    assert (path.max(axis=0) <= 84).all() and (path.max(axis=0) > 81).all()
    assert np.hypot(*np.diff(path, axis=0).T).max() < 3 + 1e-6


@pytest.mark.parametrize('period', [4.0, 4.37, 5.0])
def test_textures_survive_a_flip(tool: ModuleType, period: float) -> None:
    render, scene = sys.modules['render'], sys.modules['scene']
    names = scene.A_TEXTURES + scene.B_TEXTURES
    patterns = [render.texture_pattern(n, period, 22) for n in names]
    for pattern in patterns:
        np.testing.assert_allclose(pattern, pattern[:, ::-1], atol=1e-9)
        assert pattern.min() < 0.1 and pattern.max() > 0.9
    for i, one in enumerate(patterns):
        for other in patterns[:i]:
            assert np.abs(one - other).mean() > 0.2


def test_texture_cannot_be_told_by_its_brightness(tool: ModuleType) -> None:
    """A low-resolution glance sees the mean: it must not be the answer."""
    render, scene = sys.modules['render'], sys.modules['scene']
    means = []
    for texture in scene.A_TEXTURES:
        rng = np.random.default_rng(0)
        plate = scene.Plate('a', texture, 0, 1, np.zeros((1, 2), int), 4.5)
        means.append(render.draw_plate(rng, plate)[3:-3, 3:-3].mean())
    assert np.ptp(means) < 8


def test_unknown_texture(tool: ModuleType) -> None:
    with pytest.raises(ValueError, match="'zebra'"):
        sys.modules['render'].texture_pattern('zebra', 4.0, 22)
