"""A few pictures of every clip."""
import pytest
import torch

from mmaction_sampler.ops import random_pictures, spread_pictures

COUNTS = (1, 0, 4, 15, 7, 2)
CLIPS = torch.arange(len(COUNTS)).repeat_interleave(torch.tensor(COUNTS))


@pytest.mark.parametrize('limit', [1, 2, 3, 5, 20])
@pytest.mark.parametrize('take', [spread_pictures, random_pictures])
def test_each_clip_keeps_its_share(take, limit) -> None:
    kept = take(CLIPS, limit)
    assert torch.equal(kept, kept.unique())
    found = CLIPS[kept].bincount(minlength=len(COUNTS)).tolist()
    assert found == [min(limit, count) for count in COUNTS]


def test_one_picture_is_the_middle_one() -> None:
    clips = torch.zeros(15, dtype=torch.long)
    assert spread_pictures(clips, 1).tolist() == [7]
    assert spread_pictures(clips, 3).tolist() == [2, 7, 12]


def test_nothing_of_nothing() -> None:
    nothing = torch.zeros(0, dtype=torch.long)
    assert len(spread_pictures(nothing, 1)) == 0
    assert len(random_pictures(nothing, 1)) == 0


def test_random_pictures_differ() -> None:
    torch.manual_seed(0)
    clips = torch.zeros(4, dtype=torch.long)
    drawn = {random_pictures(clips, 1).item() for _ in range(60)}
    assert drawn == {0, 1, 2, 3}
