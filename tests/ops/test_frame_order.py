"""The order from coarse to fine."""
import pytest

from mmaction_sampler.ops import coarse_to_fine_order


@pytest.mark.parametrize('order', [
    [0],
    [0, 1],
    [1, 0, 2],
    [4, 0, 9, 2, 6, 1, 3, 5, 7, 8],
    [7, 0, 15, 3, 11, 1, 5, 9, 13, 2, 4, 6, 8, 10, 12, 14],
])
def test_known_orders(order):
    assert coarse_to_fine_order(len(order)) == order


@pytest.mark.parametrize('num_frames', range(1, 40))
def test_every_frame_comes_once(num_frames):
    order = coarse_to_fine_order(num_frames)
    assert sorted(order) == list(range(num_frames))


@pytest.mark.parametrize('num_frames', [16, 33])
def test_any_beginning_covers_the_video(num_frames):
    """No gap after n frames is more than twice the fairest (and one)."""
    order = coarse_to_fine_order(num_frames)
    for n in range(3, num_frames):
        seen = sorted(order[:n])
        gap = max(b - a for a, b in zip(seen, seen[1:]))
        assert gap <= 2 * (num_frames - 1) / (n - 1) + 1


def test_no_frame_is_refused():
    with pytest.raises(ValueError, match='at least 1, but got 0'):
        coarse_to_fine_order(0)
