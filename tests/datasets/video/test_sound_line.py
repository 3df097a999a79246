"""Blocks of sound go where their times say, if those make sense."""
from fractions import Fraction
from typing import Optional, Sequence, Tuple

import av
import numpy as np
import pytest

from mmaction_sampler.datasets.video.sound_line import (LONGEST_OVERLAP,
                                                        MOST_SILENCE,
                                                        TOLERANCE, SoundLine)

RATE = 16000
BLOCK = 1000


def lay_out(times: Sequence[Optional[float]]) -> Tuple[np.ndarray, float]:
    """Blocks with the values 1, 2, ... at times in seconds."""
    line = SoundLine(RATE)
    for number, time in enumerate(times, 1):
        frame = av.AudioFrame.from_ndarray(
            np.full((1, BLOCK), number, np.float32), 'flt', 'mono')
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = None if time is None else round(time * RATE)
        line.add(frame)
    return line.samples()


def regular(number: int, first: float = 0.) -> list:
    """Times of blocks without a gap."""
    return [first + i * BLOCK / RATE for i in range(number)]


def test_blocks_without_times_follow() -> None:
    samples, start = lay_out([0.5, None, None])
    assert start == 0.5
    np.testing.assert_array_equal(samples, np.repeat([1, 2, 3], BLOCK))


def test_a_gap() -> None:
    samples, _ = lay_out([*regular(2), *regular(2, first=0.25)])
    np.testing.assert_array_equal(
        samples, np.repeat([1, 2, 0, 0, 3, 4], BLOCK))


@pytest.mark.parametrize('sign', [-1, 1])
def test_what_rounding_may_do_is_none(sign: int) -> None:
    times = regular(6)
    times[3] += sign * 0.9 * TOLERANCE
    np.testing.assert_array_equal(
        lay_out(times)[0], np.repeat(range(1, 7), BLOCK))


def test_the_later_of_two_stays() -> None:
    samples, _ = lay_out([*regular(4), *regular(4, first=0.125)])
    np.testing.assert_array_equal(
        samples, np.repeat([1, 2, 5, 6, 7, 8], BLOCK))


def test_the_first_may_have_come_late() -> None:
    samples, start = lay_out([0.125, *regular(2, first=0.)])
    assert start == 0
    np.testing.assert_array_equal(samples, np.repeat([2, 3, 1], BLOCK))


@pytest.mark.parametrize('jump', [-LONGEST_OVERLAP - 0.1, MOST_SILENCE + 9])
def test_a_clock_that_begins_anew(jump: float) -> None:
    samples, start = lay_out([*regular(3, 1.), *regular(3, 1.1875 + jump)])
    assert start == 1
    np.testing.assert_array_equal(samples, np.repeat(range(1, 7), BLOCK))
    # Later gaps are those of its new clock.
    samples, _ = lay_out(
        [*regular(3, 1.), *regular(3, 1.1875 + jump), 1.5 + jump])
    np.testing.assert_array_equal(
        samples, np.repeat([1, 2, 3, 4, 5, 6, 0, 0, 7], BLOCK))


def test_damaged_times_ask_for_no_more_memory() -> None:
    """Each of them alone might be right."""
    times = [i * 0.6 * MOST_SILENCE for i in range(5)]
    assert len(lay_out(times)[0]) < 1.01 * MOST_SILENCE * RATE


def test_nothing() -> None:
    samples, start = lay_out([])
    assert len(samples) == 0 == start
