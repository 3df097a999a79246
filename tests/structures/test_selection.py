import pickle

import pytest
import torch

from mmaction_sampler.structures import Selection


def test_create_moves_and_pickles():
    selection = Selection.create(
        torch.tensor([1, 4]), 5, unit='patch', scores=torch.rand(5),
        boxes=torch.rand(2, 4))
    again = pickle.loads(pickle.dumps(selection.to('cpu')))
    assert again.inds.tolist() == [1, 4]
    assert (again.unit, again.num_candidates) == ('patch', 5)
    assert torch.equal(again.boxes, selection.boxes)


def test_absent_fields_stay_absent():
    selection = Selection.create(torch.tensor([0]), 1, unit='frame')
    assert 'scores' not in selection and 'boxes' not in selection


@pytest.mark.parametrize('fields,message', [
    (dict(inds=torch.tensor([2, 1])), 'ascend'),
    (dict(inds=torch.tensor([1, 1])), 'ascend'),
    (dict(inds=torch.tensor([0, 5])), r'\[0, 5\)'),
    (dict(inds=torch.tensor([-1, 0])), r'\[0, 5\)'),
    (dict(inds=torch.tensor([0., 1.])), 'long tensor'),
    (dict(unit='frames'), "'frame', 'patch', 'clip'"),
    (dict(scores=torch.zeros(4)), 'each of the 5 candidates'),
    (dict(boxes=torch.zeros(1, 4)), r'\(2, 4\)'),
])
def test_wrong_fields_are_refused(fields, message):
    good = dict(inds=torch.tensor([0, 3]), num_candidates=5, unit='frame')
    with pytest.raises(ValueError, match=message):
        Selection.create(**{**good, **fields})
