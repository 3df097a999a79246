"""2D classifiers with temporal shift, whose clips differ in length."""
import pytest
import torch
from helpers import NUM_CLASSES, candidates, samples, tiny_ocsampler
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS

from mmaction_sampler.models.classifier import (classifier_input, classify,
                                                fit_segments)


def tsm(num_segments: int) -> dict:
    return dict(
        type='Recognizer2D',
        backbone=dict(
            type='MobileNetV2TSM', num_segments=num_segments,
            widen_factor=0.1, pretrained2d=False),
        cls_head=dict(
            type='TSMHead', num_segments=num_segments,
            num_classes=NUM_CLASSES, in_channels=1280, init_std=1.))


def build(config: dict) -> BaseRecognizer:
    torch.manual_seed(0)
    recognizer = MODELS.build(config)
    recognizer.init_weights()
    return recognizer.eval()


def logits(classifier: BaseRecognizer, clips: torch.Tensor) -> torch.Tensor:
    return classifier(
        classifier_input(classifier, clips), mode='tensor', stage='head')


@torch.no_grad()
def test_clips_of_another_length_equal_a_fresh_tsm():
    classifier = build(tsm(8))
    for num_frames in (3, 5, 3, 1):
        clips = candidates(4, num_frames)
        expected = build(tsm(num_frames))(clips, mode='tensor', stage='head')
        assert expected.unique().numel() > 1
        assert torch.equal(logits(classifier, clips), expected)


@torch.no_grad()
def test_the_length_matters():
    frames = candidates(1, 6)
    clips = frames.reshape(2, 3, *frames.shape[2:])
    classifier = build(tsm(6))
    whole = logits(classifier, frames)
    halves = logits(classifier, clips).mean(dim=0, keepdim=True)
    scale = whole.abs().max()
    assert not torch.allclose(whole / scale, halves / scale, atol=1e-3)


def test_warmup_and_policy_may_differ_in_length():
    config = tiny_ocsampler(
        num_candidates=6, num_selected=2, num_warmup_selected=3)
    model = MODELS.build(dict(config, classifier=tsm(8)))
    model.init_weights()
    for stage, num_frames in (('warmup', 3), ('policy', 2), ('warmup', 3)):
        model.set_stage(stage)
        losses = model(candidates(2, 6), samples([0, 1]), mode='loss')
        assert all(torch.isfinite(v).all() for v in losses.values())
        assert model.classifier.cls_head.num_segments == num_frames


def test_recognizer_without_shift_is_left_alone():
    config = tsm(4)
    config['backbone']['is_shift'] = False
    config['cls_head'] = dict(
        type='TSNHead', num_classes=NUM_CLASSES, in_channels=1280)
    classifier = build(config)
    assert classify(classifier, candidates(2, 3)).shape == (2, NUM_CLASSES)


def test_temporal_pooling_fixes_the_length():
    config = tsm(4)
    config['backbone'] = dict(
        type='ResNetTSM', depth=18, num_segments=4, temporal_pool=True,
        pretrained=None)
    config['cls_head'].update(in_channels=512, temporal_pool=True)
    classifier = MODELS.build(config).eval()
    fit_segments(classifier, 4)
    assert classify(classifier, candidates(1, 4)).shape == (1, NUM_CLASSES)
    with pytest.raises(ValueError, match='num_segments=4 frames alone, but '
                       'got 2; set num_segments of backbone and head to 2'):
        classify(classifier, candidates(1, 2))
