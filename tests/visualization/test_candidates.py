"""Pictures of the candidates, from frames, clips and streams."""
from typing import Optional, Tuple

import numpy as np
import pytest
import torch
from helpers_scsampler import TensorStream

from mmaction_sampler.structures import Selection
from mmaction_sampler.visualization import candidate_pictures


def select(inds: Tuple[int, ...], count: int, unit: str = 'frame',
           scores: bool = False,
           boxes: Optional[torch.Tensor] = None) -> Selection:
    return Selection.create(
        torch.tensor(inds), count, unit=unit, boxes=boxes,
        scores=torch.arange(count).float() if scores else None)


def test_frames():
    frames = torch.randint(0, 256, (5, 3, 8, 10), dtype=torch.uint8)
    shown = candidate_pictures(frames, select((1, 4), 5, scores=True))
    np.testing.assert_array_equal(
        shown.frames, frames.permute(0, 2, 3, 1).numpy())
    assert shown.positions.tolist() == [0, 1, 2, 3, 4]
    assert shown.selection.inds.tolist() == [1, 4]


def test_middle_frames_of_clips():
    clips = torch.randint(0, 256, (3, 3, 6, 8, 8), dtype=torch.uint8)
    shown = candidate_pictures(clips, select((0, ), 3, 'clip'))
    np.testing.assert_array_equal(
        shown.frames[2], clips[2, :, 3].permute(1, 2, 0).numpy())


def test_streams_decode_what_is_shown_alone():
    stream = TensorStream(num_clips=100)
    shown = candidate_pictures(
        stream, select((3, 50, 51), 100, 'clip', True), max_pictures=10)
    assert len(shown.frames) == 10 == len(stream.loaded)
    assert {3, 50, 51} <= set(shown.positions.tolist())
    assert shown.positions[shown.selection.inds].tolist() == [3, 50, 51]
    assert shown.selection.scores.tolist() == shown.positions.tolist()
    assert np.diff(shown.positions).max() < 40  # spread over the video
    np.testing.assert_array_equal(
        shown.frames[0], stream.clips[shown.positions[0], 2].permute(
            1, 2, 0).numpy())


def test_more_selected_than_are_shown():
    shown = candidate_pictures(TensorStream(num_clips=60), select(
        tuple(range(0, 60, 2)), 60, 'clip'), max_pictures=8)
    assert len(shown.frames) == 8
    assert shown.selection.inds.tolist() == list(range(8))


def test_large_frames_and_their_boxes_are_scaled_down():
    boxes = torch.tensor([[40., 20., 80., 60.]])
    frames = torch.zeros(2, 3, 100, 200, dtype=torch.uint8)
    frames[1, :, 20:60, 40:80] = 255
    shown = candidate_pictures(
        frames, select((1, ), 2, 'patch', boxes=boxes), max_width=50)
    assert shown.frames.shape == (2, 25, 50, 3)
    assert shown.selection.boxes.tolist() == [[10., 5., 20., 15.]]
    assert (shown.frames[1, 5:15, 10:20] == 255).all()


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r'gives \(2, 3, 4\)'):
        candidate_pictures(torch.zeros(2, 3, 4), select((0, ), 2))
