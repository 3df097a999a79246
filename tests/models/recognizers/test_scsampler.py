"""SCSampler: what it selects, classifies, learns and costs."""
import gc
import math
import weakref
from types import SimpleNamespace
from typing import List

import pytest
import torch
from helpers import NUM_CLASSES, samples
from helpers_scsampler import TensorStream, tiny_scsampler, training_inputs
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.classifier import classify
from mmaction_sampler.structures import ClipStreamError

COMBINATIONS = ('VisualClips', 'AudioClips', 'AVConvexScore', 'AVConvexList',
                'AVIntersectList', 'AVUnionList')


def build(**options) -> nn.Module:
    """A tiny model with fixed weights, ready to test."""
    torch.manual_seed(0)
    model = MODELS.build(tiny_scsampler(**options))
    model.eval()
    return model


def predict(model: nn.Module, streams: List[TensorStream], **fields) -> list:
    """Test a batch of streams, as a data loader gives them."""
    data_samples = samples([0] * len(streams))
    for sample in data_samples:
        for name, value in fields.items():
            sample.set_field(value, name)
    with torch.no_grad():
        return model.test_step(
            dict(inputs=streams, data_samples=data_samples))


@pytest.mark.parametrize('policy', COMBINATIONS)
def test_parts_give_what_the_whole_gives(policy) -> None:
    model = build(policy=policy)
    whole, = predict(model, [TensorStream(7, part=7)])
    for part in (1, 2, 3):
        other, = predict(model, [TensorStream(7, part=part)])
        assert torch.equal(other.selection.inds, whole.selection.inds)
        torch.testing.assert_close(
            other.selection.scores, whole.selection.scores)
        torch.testing.assert_close(other.pred_score, whole.pred_score)
        assert other.cost == whole.cost


def test_scores_are_means_over_pictures_then_networks() -> None:
    model = build(policy='VisualClips')
    stream = TensorStream(4)
    sample, = predict(model, [stream])
    nets = model.visual_saliency_net.nets
    for clip in range(4):
        means = []
        for name, std in (('motion_displacement', 2), ('rgb_residual', 20)):
            frames, clips = stream.pictures[name]
            if (clips == clip).any():
                with torch.no_grad():
                    logits = nets[name](frames[clips == clip] / std)
                means.append(logits.sigmoid().mean().item())
        expected = sum(means) / len(means) if means else 0.
        assert sample.selection.scores[clip].item() == pytest.approx(
            expected, rel=1e-5)


@pytest.mark.parametrize('dims', [2, 3])
def test_only_selected_clips_are_decoded_and_averaged(dims) -> None:
    model = build(dims=dims)
    stream = TensorStream(6)
    sample, = predict(model, [stream])
    assert stream.loaded == sample.selection.inds.tolist()
    assert len(stream.loaded) == 2
    clips = (stream.clips[stream.loaded].float() - 127.5) / 64
    with torch.no_grad():
        expected = classify(model.classifier, clips).mean(dim=0)
    torch.testing.assert_close(sample.pred_score, expected)
    assert sample.selection.unit == 'clip'
    assert sample.selection.num_candidates == 6
    assert sample.input_shape == (32, 32)


def test_a_video_of_fewer_clips_has_all_of_them_classified() -> None:
    sample, = predict(build(), [TensorStream(1)])
    assert sample.selection.inds.tolist() == [0]


class _Whole(nn.Module):
    """The whole test of one stream as a module that can be traced."""

    def __init__(self, model: nn.Module, stream: TensorStream) -> None:
        super().__init__()
        self.model = model
        self.stream = stream
        self.evidence = None
        model.policy.register_forward_pre_hook(self._keep)
        # It would trace inside of the trace.
        model._meter = SimpleNamespace(
            add_pictures=lambda *_: None, add_clips=lambda *_: None)

    def _keep(self, _: nn.Module, inputs: tuple) -> None:
        self.evidence = inputs[0]

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        """All that was computed, as a trace drops what nothing hangs on."""
        total = self.model.scores([self.stream]).sum()
        for saliency in self.evidence[1:]:
            total = total if saliency is None else total + saliency.sum()
        return total


@pytest.mark.parametrize('policy', ['AVUnionList', 'AudioClips',
                                    'UniformClips', 'DenseClips'])
@pytest.mark.parametrize('dims', [2, 3])
def test_cost_is_that_of_the_calls_made(policy, dims) -> None:
    model = build(policy=policy, dims=dims)
    sample, = predict(model, [TensorStream(5)])
    macs = count_macs(_Whole(model, TensorStream(5)), [torch.zeros(1)])
    assert sum(sample.cost.values()) == macs
    looks = {'AVUnionList': {'visual_saliency_net', 'audio_saliency_net'},
             'AudioClips': {'audio_saliency_net'}}.get(policy, set())
    assert set(sample.cost) == looks | {'classifier'}


def test_reference_cost() -> None:
    model = build()
    costs = model.component_costs(32, 32)
    assert costs['classifier'].calls == 2
    assert costs['audio_saliency_net'].calls == 5
    net = model.audio_saliency_net.nets['log_mel']
    assert costs['audio_saliency_net'].unit_macs == count_macs(
        net, [torch.zeros(1, 1, 40, 40)])
    dense = build(policy='DenseClips').component_costs(32, 32)
    assert set(dense) == {'classifier'} and dense['classifier'].calls == 5
    assert dense['classifier'].unit_macs == costs['classifier'].unit_macs


def test_saliency_is_that_of_full_precision() -> None:
    """Under autocast; only the classifier is mixed."""
    model = build()
    streams = [TensorStream(num_clips=9, seed=5)]
    full, = predict(model, streams)
    with torch.autocast('cpu', torch.bfloat16):
        mixed, = predict(model, streams)
    assert torch.equal(full.selection.scores, mixed.selection.scores)
    assert not torch.equal(full.pred_score, mixed.pred_score)


def test_oracle_goes_by_the_samples_scores() -> None:
    model = build(policy='OracleClips')
    confidence = torch.tensor([.1, .9, .2, .8, .3])
    sample, = predict(model, [TensorStream(5)], clip_confidence=confidence)
    assert sample.selection.inds.tolist() == [1, 3]
    with pytest.raises(ValueError, match='LoadClipScores'):
        predict(model, [TensorStream(5)])


def loss(model: nn.Module, stage: str, confidence: bool = True) -> dict:
    """Losses of one training step on three videos of four clips."""
    model.set_stage(stage)
    model.train()
    data_samples = samples([0, 1, 2])
    generator = torch.Generator().manual_seed(1)
    for sample in data_samples:
        if confidence:
            sample.clip_confidence = torch.rand(4, generator=generator)
            sample.clip_top_share = torch.tensor([.25, .75, 0., 1.])
    data = model.data_preprocessor(
        dict(inputs=training_inputs(), data_samples=data_samples), True)
    return model(**data, mode='loss')


@pytest.mark.parametrize('head, name', [
    ('ActionSaliencyHead', 'ActionClassificationLoss'),
    ('SaliencyHead', 'SaliencyClassificationLoss'),
    ('SaliencyHead', 'SaliencyRankingLoss'),
    ('ActionSaliencyHead', 'SaliencyRankingLoss')])
def test_each_loss_reaches_every_saliency_parameter(head, name) -> None:
    model = build(head=head, loss=name)
    losses = loss(model, 'sampler')
    assert set(losses) == {'loss_visual', 'loss_audio'}
    sum(losses.values()).backward()
    for component in ('visual_saliency_net', 'audio_saliency_net'):
        for parameter in getattr(model, component).parameters():
            assert parameter.grad is not None
            assert parameter.grad.isfinite().all()
    assert all(p.grad is None for p in model.classifier.parameters())


def test_networks_of_one_sense_learn_alone() -> None:
    """The loss is the sum of the networks' own, not of their average."""
    both = loss(build(), 'sampler')['loss_visual'].item()
    alone = []
    for name in ('motion_displacement', 'rgb_residual'):
        model = build()
        nets = model.visual_saliency_net.nets
        for other in set(nets) - {name}:
            del nets[other]
        alone.append(loss(model, 'sampler')['loss_visual'].item())
    assert both == pytest.approx(sum(alone), rel=1e-5)


def test_joint_stage_learns_from_the_average() -> None:
    model = build()
    losses = loss(model, 'joint')
    assert set(losses) == {'loss_joint'}
    losses['loss_joint'].backward()
    nets = (*model.visual_saliency_net.nets.values(),
            *model.audio_saliency_net.nets.values())
    for net in nets:
        assert net.head.projection.weight.grad.abs().sum() > 0
    with pytest.raises(ValueError, match='joint needs visual_saliency_net'):
        loss(build(policy='AudioClips', visual_saliency_net=None), 'joint')


def test_training_without_an_oracle_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match='score_clips.py'):
        loss(build(), 'sampler', confidence=False)
    acts = build(head='ActionSaliencyHead', loss='ActionClassificationLoss',
                 policy='VisualClips', audio_saliency_net=None)
    assert loss(acts, 'sampler', confidence=False)['loss_visual'] > 0


def test_ranking_is_learned_in_a_few_steps() -> None:
    model = build(policy='AudioClips', visual_saliency_net=None)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    first = loss(model, 'sampler')['loss_audio'].item()
    for _ in range(30):
        optimizer.zero_grad()
        value = loss(model, 'sampler')['loss_audio']
        value.backward()
        optimizer.step()
    assert value.item() < 0.2 * first
    assert not math.isnan(value.item())


class _BrokenStream(TensorStream):
    """A video whose clips cannot be decoded."""

    def load(self, inds):
        """See the parent."""
        raise ClipStreamError('frame 3 cannot be decoded')


def test_a_video_that_breaks_is_left_out() -> None:
    model = build()
    streams = [_BrokenStream(3), TensorStream(3)]
    kept = predict(model, streams)
    assert len(kept) == 1 and kept[0].pred_score.shape == (NUM_CLASSES, )
    # MMEngine's loops cannot take an empty list.
    only, = predict(model, streams[:1])
    assert 'pred_score' not in only and 'loss' in only


def test_wrong_configs_are_refused() -> None:
    with pytest.raises(ValueError, match='no audio_saliency_net'):
        build(audio_saliency_net=None)
    with pytest.raises(ValueError, match='num_selected must be at least 1'):
        build(num_selected=0)
    with pytest.raises(ValueError, match='rgb_residual'):
        model = build(reference_video=dict(
            num_clips=5, clip_len=4, features=dict(log_mel=(1, 1, 40, 40),
                                                   motion_displacement=(
                                                       1, 2, 7, 7))))
        model.component_costs(32, 32)


def test_unknown_feature_has_no_statistics() -> None:
    statistics = dict(log_mel=dict(mean=0., std=1.))
    model = build(data_preprocessor=dict(
        type='ClipDataPreprocessor', features=statistics,
        clips=dict(mean=[0.] * 3, std=[1.] * 3)))
    with pytest.raises(ValueError, match='statistics of log_mel alone'):
        predict(model, [TensorStream(3)])


def test_memory_is_freed_with_the_last_use() -> None:
    """Its weights do not wait for the collector of cycles."""
    model = MODELS.build(tiny_scsampler())
    weights = weakref.ref(next(model.parameters()))
    gc.disable()
    try:
        del model
        assert weights() is None
    finally:
        gc.enable()
