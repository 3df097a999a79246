"""Numbers that change while a training stage goes on."""
import pytest

from mmaction_sampler.ops import linear_schedule


@pytest.mark.parametrize('value,expected', [
    (.3, [.3, .3, .3]),
    ((.4, 0.), [.4, .3, 0.]),
    ([0., 2.], [0., .5, 2.]),
])
def test_linear_over_the_stage(value, expected) -> None:
    got = [linear_schedule(value, progress) for progress in (0., .25, 1.)]
    assert got == pytest.approx(expected)
