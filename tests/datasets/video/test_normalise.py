"""Groups of frames that are encoded anew lie by number."""
from pathlib import Path

import numpy as np
import pytest
from helpers_video import INEXACT, moving_texture, write_frames

from mmaction_sampler.datasets.video import VideoReader
from mmaction_sampler.datasets.video.motion_vectors import (
    iter_coded_frames, open_for_vectors)
from mmaction_sampler.datasets.video.normalise import normalise


@pytest.mark.parametrize('start', [0, 5, 13])
def test_groups_do_not_depend_on_the_begin(tmp_path: Path,
                                           start: int) -> None:
    path = str(write_frames(tmp_path / 'a.mp4', moving_texture(
        40, 32, 48, (1, 0)), **INEXACT['h264_b']))
    with open_for_vectors(path, 'normalised', True) as reader:
        frames = list(iter_coded_frames(reader, 'normalised', start, 40))
    assert [f.number for f in frames if f.is_i_frame] == [
        *([start] if start % 12 else []),
        *range(-(-start // 12) * 12, 40, 12)]


def test_a_frame_that_is_missing(tmp_path: Path) -> None:
    path = str(write_frames(
        tmp_path / 'a.mp4', moving_texture(30, 32, 48, (1, 0))))
    with VideoReader(path) as reader:
        frames = (frame for frame in reader.iter_frames()
                  if frame.number not in (3, 12))
        found = list(normalise(frames, 48, 32))
    assert len(found) == 28
    keys = [number for number, frame in found if frame.key_frame]
    np.testing.assert_array_equal(keys, [0, 13, 24])
