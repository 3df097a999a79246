"""The three losses of SCSampler against loops over the paper's equations."""
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from mmaction_sampler.datasets.transforms.clip_scores import top_shares
from mmaction_sampler.models.losses import (ClipSaliency, ClipTruth,
                                            SaliencyRankingLoss,
                                            oracle_labels, pair_labels)

VIDEOS = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2])


#: The oracle's places: of 8, 5 and 3 clips of which some are in the batch.
TOP_SHARE = torch.tensor([4 / 8, 0., 1., 5 / 8, 0., 2 / 5, 3 / 5, 0.])


def truth(confidence: torch.Tensor,
          top_share: torch.Tensor = None) -> ClipTruth:
    """Three videos of 4, 3 and 1 clips, of classes 1, 0 and both."""
    targets = torch.tensor([[0., 1.], [1., 0.], [1., 1.]])
    return ClipTruth(targets.double(), VIDEOS, confidence, top_share)


def random_clips(seed: int = 0) -> tuple:
    """Saliencies that need a gradient, and confidences with a tie."""
    generator = torch.Generator().manual_seed(seed)
    saliency = torch.rand(8, generator=generator, dtype=torch.float64)
    confidence = torch.rand(8, generator=generator, dtype=torch.float64)
    confidence[1] = confidence[2]
    return saliency.requires_grad_(), confidence


@pytest.mark.parametrize('margin', [0.05, 0.5])
@pytest.mark.parametrize('seed', range(3))
def test_ranking_loss_is_the_mean_hinge_over_pairs(seed, margin) -> None:
    saliency, confidence = random_clips(seed)
    loss = SaliencyRankingLoss(margin)(
        ClipSaliency(saliency), truth(confidence))
    terms = []
    for i in range(8):
        for j in range(8):
            if VIDEOS[i] == VIDEOS[j] and confidence[i] != confidence[j]:
                z = 1 if confidence[i] > confidence[j] else -1
                gap = (saliency[i] - saliency[j]).item()
                terms.append(max(0., margin - z * gap))
    assert loss.item() == pytest.approx(sum(terms) / len(terms), rel=1e-6)
    assert torch.autograd.gradcheck(
        lambda s: SaliencyRankingLoss(margin)(
            ClipSaliency(s), truth(confidence)), saliency)


def test_hinge_is_zero_when_the_order_is_right_by_the_margin() -> None:
    videos = torch.zeros(2, dtype=torch.long)
    known = ClipTruth(torch.ones(1, 2), videos, torch.tensor([0.9, 0.1]))

    def loss(first: float, second: float) -> float:
        saliency = torch.tensor([first, second], dtype=torch.float64)
        return SaliencyRankingLoss(0.2)(ClipSaliency(saliency), known).item()

    assert loss(0.7, 0.4) == 0
    assert loss(0.6, 0.5) == pytest.approx(0.1)  # right, by too little
    assert loss(0.4, 0.7) == pytest.approx(0.5)  # wrong


def test_pairs_without_a_lesson_are_left_out() -> None:
    _, confidence = random_clips()
    labels = pair_labels(confidence, VIDEOS)
    assert labels[1, 2] == labels[2, 1] == labels[0, 4] == 0
    assert torch.equal(labels, -labels.T)
    alone = ClipTruth(torch.ones(1, 2), torch.zeros(1).long(), torch.ones(1))
    loss = SaliencyRankingLoss()(ClipSaliency(torch.ones(1)), alone)
    assert loss == 0


@pytest.mark.parametrize('percent', [1, 10, 29, 50, 90, 99])
@pytest.mark.parametrize('num_clips', [1, 2, 7, 10, 100, 165])
def test_oracle_labels_take_the_best_of_the_video(num_clips, percent) -> None:
    """K is counted in whole numbers here: 0.29 * 100 is below 29."""
    confidence = np.random.default_rng(0).integers(0, 50, num_clips) / 50
    labels = oracle_labels(
        torch.from_numpy(top_shares(confidence)), percent / 100)
    best = sorted(range(num_clips), key=lambda c: -confidence[c])
    taken = max(1, num_clips * percent // 100)
    assert {c for c in range(num_clips) if labels[c]} == set(best[:taken])


def test_saliency_classification_is_binary_cross_entropy() -> None:
    saliency, _ = random_clips()
    loss = MODELS.build(dict(type='SaliencyClassificationLoss'))(
        ClipSaliency(saliency), truth(None, TOP_SHARE))
    terms = [-math.log(s if z else 1 - s)
             for s, z in zip(saliency.tolist(), [1, 1, 0, 0, 1, 1, 0, 1])]
    assert loss.item() == pytest.approx(sum(terms) / 8, rel=1e-6)


def test_action_classification_takes_every_picture_for_the_label() -> None:
    logits = torch.randn(5, 2, dtype=torch.float64)
    clips = torch.tensor([0, 0, 4, 6, 7])
    loss = MODELS.build(dict(type='ActionClassificationLoss'))(
        ClipSaliency(torch.zeros(8), logits, clips), truth(None))
    log_probs = logits.log_softmax(1)
    terms = [log_probs[0, 1], log_probs[1, 1], log_probs[2, 0],
             log_probs[3, 0], log_probs[4].mean()]  # two labels: half each
    assert loss.item() == pytest.approx(-sum(terms).item() / 5, rel=1e-6)
    reference = F.cross_entropy(logits[:4], torch.tensor([1, 1, 0, 0]))
    assert -sum(terms[:4]).item() / 4 == pytest.approx(reference.item())


def test_a_video_without_labels_adds_nothing() -> None:
    logits = torch.randn(2, 2, dtype=torch.float64)
    clips = torch.tensor([0, 1])
    loss = MODELS.build(dict(type='ActionClassificationLoss'))(
        ClipSaliency(torch.zeros(2), logits, clips),
        ClipTruth(torch.tensor([[0., 0.], [0., 1.]]).double(), clips))
    expected = -logits.log_softmax(1)[1, 1] / 2
    assert loss.item() == pytest.approx(expected.item())


@pytest.mark.parametrize('name', [
    'ActionClassificationLoss', 'SaliencyClassificationLoss',
    'SaliencyRankingLoss'])
def test_nothing_to_learn_from_is_no_loss(name) -> None:
    """Such as clips without a P-frame, where the net sees motion."""
    none = torch.zeros(0, dtype=torch.long)
    scores = torch.zeros(0, 2, requires_grad=True)
    output = ClipSaliency(scores[:, 0].sigmoid(), scores, none)
    loss = MODELS.build(dict(type=name))(
        output, ClipTruth(torch.ones(3, 2), none, torch.zeros(0),
                          torch.zeros(0)))
    assert loss == 0
    loss.backward()
    assert torch.equal(scores.grad, torch.zeros(0, 2))


@pytest.mark.parametrize('name', ['SaliencyClassificationLoss',
                                  'SaliencyRankingLoss'])
def test_losses_of_the_oracle_ask_for_it(name) -> None:
    loss = MODELS.build(dict(type=name))
    with pytest.raises(ValueError, match='score_clips.py'):
        loss(ClipSaliency(torch.zeros(8)), truth(None))


def test_wrong_arguments_are_refused() -> None:
    for config in (dict(type='SaliencyRankingLoss', margin=0.),
                   dict(type='SaliencyClassificationLoss',
                        positive_fraction=1.)):
        with pytest.raises(ValueError, match='must be in'):
            MODELS.build(config)
    loss = MODELS.build(dict(type='ActionClassificationLoss'))
    with pytest.raises(ValueError, match='logit for each of the 2 classes'):
        loss(ClipSaliency(torch.zeros(8)), truth(None))
