"""The I-frames that frames depend on, where containers are wrong of them."""
from pathlib import Path
from typing import List

import numpy as np
import pytest
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import VideoReader
from mmaction_sampler.datasets.video.i_frames import i_frames_before

FRAMES = moving_texture(30, 144, 176, (1, 0))


@pytest.mark.parametrize('name, codec, gop, expected', [
    ('a.avi', 'h263p', 12, [0, 0, 12, 24]),  # calls every frame a key frame
    ('a.mp4', 'mpeg4', 12, [0, 0, 12, 24]),
    ('a.mp4', 'mpeg4', 1, [0, 11, 12, 29])])
def test_last_i_frame(tmp_path: Path, name: str, codec: str, gop: int,
                      expected: List[int]) -> None:
    path = write_frames(tmp_path / name, FRAMES, codec, gop=gop)
    with VideoReader(str(path)) as reader:
        found = i_frames_before(reader, np.array([0, 11, 12, 29]))
        assert found.tolist() == expected
