"""What a line says of a predicted sample."""
import json
from typing import Any

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.apis.selection_record import selection_record
from mmaction_sampler.structures import Selection


def predicted(frame_inds: list, selection: Selection,
              **meta: Any) -> ActionDataSample:
    sample = ActionDataSample(metainfo=dict(
        frame_inds=np.array(frame_inds), total_frames=np.int64(40),
        start_index=0, **meta))
    sample.set_pred_label(torch.tensor([4]))
    sample.selection = selection
    sample.cost = dict(policy=1e6, classifier=2e9)
    return sample


def select(inds: list, num: int, **options: Any) -> Selection:
    return Selection.create(torch.tensor(inds), num,
                            **{'unit': 'frame', **options})


def test_frames() -> None:
    sample = predicted([2, 7, 12], select(
        [0, 2], 3, scores=torch.tensor([.5, .125, .375])))
    record = selection_record(sample, 'x/a.mp4')
    assert json.loads(json.dumps(record)) == dict(
        path='x/a.mp4', total_frames=40, start_index=0, unit='frame',
        frame_inds=[2, 12], candidate_frame_inds=[2, 7, 12],
        scores=[.5, .125, .375], pred_label=4,
        cost=dict(policy=1e6, classifier=2e9))


def test_patches_of_frames_in_another_order() -> None:
    """The boxes stay with their frames."""
    boxes = torch.tensor([[0., 0, 8, 8], [1, 1, 9, 9], [2, 2, 10, 10]])
    sample = predicted([30, 0, 20, 10], select(
        [0, 1, 3], 4, unit='patch', boxes=boxes))
    record = selection_record(sample, 'a')
    assert record['frame_inds'] == [0, 10, 30]
    assert [box[0] for box in record['boxes']] == [1, 2, 0]
    assert record['candidate_frame_inds'] == [30, 0, 20, 10]
    assert record['unit'] == 'patch' and 'scores' not in record


def test_clips() -> None:
    sample = predicted([0, 2, 4, 10, 12, 14, 20, 22, 24],
                       select([0, 2], 3, unit='clip'))
    record = selection_record(sample, 'a')
    assert record['frame_inds'] == [[0, 2, 4], [20, 22, 24]]
    assert record['candidate_frame_inds'][1] == [10, 12, 14]


def test_several_labels() -> None:
    sample = predicted([1, 2], select([0], 2))
    sample.set_pred_label(torch.tensor([4, 5]))
    assert selection_record(sample, 'a')['pred_label'] == [4, 5]


def test_errors() -> None:
    sample = predicted([1, 2], select([0], 2))
    del sample.selection
    with pytest.raises(ValueError, match='sample of a has no selection; .* '
                       'a recognizer that selects'):
        selection_record(sample, 'a')
    with pytest.raises(ValueError, match='a has 3 frame numbers for 2 cand'):
        selection_record(predicted([1, 2, 3], select([0], 2)), 'a')
    with pytest.raises(ValueError, match="candidates of unit 'frame'"):
        selection_record(predicted([1, 2, 3, 4], select([0], 2)), 'a')
