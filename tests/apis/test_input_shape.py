"""The size of frames, as ``--shape`` gives it."""
import pytest
from mmengine.config import Config

from mmaction_sampler.apis.input_shape import input_shape


@pytest.mark.parametrize('shape, expected', [([7], (7, 7)), ([5, 6], (5, 6))])
def test_a_side_or_both(shape, expected) -> None:
    assert input_shape(Config(), shape) == expected


@pytest.mark.parametrize('shape', [[1, 2, 3], [0], [4, -1]])
def test_anything_else_is_refused(shape) -> None:
    with pytest.raises(ValueError, match='--shape takes a side, or height '
                       f'and width, in pixels, but got {shape[0]}'):
        input_shape(Config(), shape)
