"""Figures of any kind, and what becomes of them in JSON."""
import json

import numpy as np
import pytest
import torch

from mmaction_sampler.apis.json_values import json_value

NAN, INF = float('nan'), float('inf')


@pytest.mark.parametrize('value, expected', [
    (.5, .5), (3, 3), (NAN, None), (-INF, None), (np.float32(.25), .25),
    (np.int64(3), 3), (np.array(INF), None), (torch.tensor(.5), .5),
    (torch.tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.array([[1., NAN]]), [[1., None]]), ((1., [INF, 2.]), [1., [None, 2.]]),
    (dict(a=torch.tensor(NAN), b=[1.]), dict(a=None, b=[1.])),
])
def test_values(value: object, expected: object) -> None:
    found = json_value(value)
    assert found == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == expected
