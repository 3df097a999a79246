"""Which clips each policy takes, against lists made by hand."""
from itertools import count

import pytest
import torch
from mmaction.registry import MODELS

from mmaction_sampler.models.policies import ClipEvidence

# Clips by falling visual score: 3 0 4 1 2 5; by audio: 5 4 0 2 3 1.
VISUAL = torch.tensor([.8, .4, .3, .9, .6, .1])
AUDIO = torch.tensor([.5, .1, .4, .3, .7, .8])
EVIDENCE = ClipEvidence(6, VISUAL, AUDIO)


def chosen(num_selected: int, evidence: ClipEvidence = EVIDENCE,
           **config) -> list:
    """Positions that a policy takes."""
    choice = MODELS.build(config)(evidence, num_selected)
    assert choice.inds.dtype == torch.long
    assert choice.scores is None or choice.scores.shape == (6, )
    return choice.inds.tolist()


def test_one_sense_alone() -> None:
    assert chosen(3, type='VisualClips') == [0, 3, 4]
    assert chosen(3, type='AudioClips') == [0, 4, 5]


def test_convex_score() -> None:
    # 0.5 each: .65 .25 .35 .60 .65 .45.
    assert chosen(2, type='AVConvexScore', alpha=.5) == [0, 4]
    assert chosen(4, type='AVConvexScore', alpha=.5) == [0, 3, 4, 5]
    assert chosen(3, type='AVConvexScore', alpha=1.) == [0, 3, 4]
    assert chosen(3, type='AVConvexScore', alpha=0.) == [0, 4, 5]


def test_convex_list() -> None:
    # Places by sight 1 3 4 0 2 5, by sound 2 5 3 4 1 0; 0.8 of the first:
    # 1.2 3.4 3.8 0.8 1.8 4.0.
    assert chosen(3, type='AVConvexList', alpha=.8) == [0, 3, 4]
    # 0.3: 1.7 4.4 3.3 2.8 1.3 1.5.
    assert chosen(3, type='AVConvexList', alpha=.3) == [0, 4, 5]


def test_union_list() -> None:
    assert chosen(4, type='AVUnionList', num_visual=2) == [0, 3, 4, 5]
    # The audio list's first two are 5 and 4, but 4 is in already.
    assert chosen(5, type='AVUnionList', num_visual=3) == [0, 2, 3, 4, 5]
    assert chosen(3, type='AVUnionList', num_visual=8) == [0, 3, 4]


def intersect_by_steps(num_selected: int) -> set:
    """The paper's words: raise m until the lists have K in common."""
    seen = VISUAL.argsort(descending=True).tolist()
    heard = AUDIO.argsort(descending=True).tolist()
    for m in count(1):
        common = set(seen[:m]) & set(heard[:m])
        if len(common) >= num_selected:
            return common


@pytest.mark.parametrize('num_selected', [2, 4, 6])
def test_intersect_list(num_selected) -> None:
    common = intersect_by_steps(num_selected)
    assert len(common) == num_selected
    assert set(chosen(num_selected, type='AVIntersectList')) == common


def test_intersection_that_grows_by_two_prefers_sight() -> None:
    # With m = 2 both come in at once: 0 is first by sight.
    evidence = ClipEvidence(6, torch.tensor([.9, .8, 0, 0, 0, 0]),
                            torch.tensor([.8, .9, 0, 0, 0, 0]))
    assert chosen(1, evidence, type='AVIntersectList') == [0]
    assert chosen(2, evidence, type='AVIntersectList') == [0, 1]
    # Of 2 and 3, which come in at m = 5, 3 is higher by sight.
    assert chosen(3, type='AVIntersectList') == [0, 3, 4]


def test_equal_scores_go_to_the_earlier_clip() -> None:
    flat = ClipEvidence(6, torch.zeros(6), torch.zeros(6))
    for name in ('VisualClips', 'AVConvexScore', 'AVConvexList',
                 'AVIntersectList', 'AVUnionList'):
        assert chosen(2, flat, type=name) == [0, 1]


def test_baselines() -> None:
    nothing = ClipEvidence(6)
    assert chosen(2, nothing, type='DenseClips') == [0, 1, 2, 3, 4, 5]
    assert chosen(2, nothing, type='UniformClips') == [0, 5]
    assert chosen(3, nothing, type='UniformClips') in ([0, 2, 5], [0, 3, 5])
    assert chosen(1, nothing, type='UniformClips') == [2]
    assert chosen(6, nothing, type='UniformClips') == [0, 1, 2, 3, 4, 5]
    oracle = ClipEvidence(6, confidence=AUDIO)
    assert chosen(2, oracle, type='OracleClips') == [4, 5]


def test_uniform_clips_are_distinct_and_spread() -> None:
    policy = MODELS.build(dict(type='UniformClips'))
    for num_clips in range(1, 40):
        for num_selected in range(2, num_clips + 1):
            inds = policy(ClipEvidence(num_clips), num_selected).inds
            gaps = inds.diff()
            assert inds[0] == 0 and inds[-1] == num_clips - 1
            assert gaps.min() >= 1 and gaps.max() - gaps.min() <= 1


def test_random_clips_are_all_equally_likely() -> None:
    torch.manual_seed(0)
    counts = torch.zeros(6)
    for _ in range(600):
        inds = chosen(2, ClipEvidence(6), type='RandomClips')
        assert inds == sorted(set(inds)) and len(inds) == 2
        counts[inds] += 1
    assert counts.min() > 150 and counts.max() < 250


def test_wrong_arguments_are_refused() -> None:
    for config in (dict(type='AVConvexScore', alpha=1.1),
                   dict(type='AVConvexList', alpha=-.1),
                   dict(type='AVUnionList', num_visual=0)):
        with pytest.raises(ValueError, match='must be'):
            MODELS.build(config)
