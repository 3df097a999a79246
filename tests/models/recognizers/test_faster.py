"""FASTER: clips through two models, aggregated."""
import copy
from typing import Dict

import pytest
import torch
from helpers import NUM_CLASSES, samples
from helpers_faster import CHANNELS, clips, tiny_clip_model, tiny_faster
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.recognizers import FASTER, ClipPattern

AGGREGATORS = ('FastGRU', 'GRUAggregator', 'LSTMAggregator',
               'ConcatAggregator', 'AverageAggregator')
SIZE = 32


def build(*args, **options) -> FASTER:
    """A tiny FASTER, initialised, in training mode."""
    model = MODELS.build(tiny_faster(*args, **options))
    model.init_weights()
    return model.train()


@pytest.mark.parametrize('pattern, expensive', [
    (0, range(8)), ('1:0', range(8)), ('1:1', [0, 2, 4, 6]), (3, [0, 4]),
    ('1:3', [0, 4]), (7, [0]), ('1:31', [0]), ('1:2', [0, 3, 6]),
    ('0:1', [])])
def test_pattern(pattern: object, expensive: list) -> None:
    parsed = ClipPattern.parse(pattern)
    assert parsed.expensive(8) == list(expensive)
    assert sorted(parsed.expensive(8) + parsed.cheap(8)) == list(range(8))


@pytest.mark.parametrize('pattern', ['2:1', '1', -1, '1:', '0:2', '1:x', 1.5])
def test_wrong_pattern(pattern: object) -> None:
    if pattern == '1':
        assert ClipPattern.parse(pattern) == ClipPattern(1, 1)
        return
    with pytest.raises(ValueError, match='clip_pattern must be'):
        ClipPattern.parse(pattern)


class Calls(nn.Module):
    """A backbone that counts its calls and clips."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.clips = []

    def forward(self, x: Tensor) -> Tensor:
        """Run the network."""
        self.clips.append(x)
        return self.network(x)


def count_calls(model: FASTER) -> Dict[str, Calls]:
    """Put counters before both backbones."""
    counters = {}
    for name in ('expensive_model', 'cheap_model'):
        component = getattr(model, name)
        component.backbone = counters[name] = Calls(component.backbone)
    return counters


@torch.no_grad()
def test_each_model_sees_its_clips_in_one_pass() -> None:
    model = build(clip_pattern='1:2', num_clips=5).eval()
    counters, inputs = count_calls(model), clips(num_clips=5)
    features = model.clip_features(inputs)
    expensive, = counters['expensive_model'].clips
    cheap, = counters['cheap_model'].clips
    assert torch.equal(expensive, inputs[:, [0, 3]].flatten(0, 1))
    assert torch.equal(cheap, inputs[:, [1, 2, 4]].flatten(0, 1))
    for position, name in enumerate('eccec'):
        network = counters[
            'expensive_model' if name == 'e' else 'cheap_model'].network
        torch.testing.assert_close(
            features[:, position], network(inputs[:, position]))


@torch.no_grad()
@pytest.mark.parametrize('aggregator', AGGREGATORS)
@pytest.mark.parametrize('head', [True, False])
def test_stream_is_the_batch(aggregator: str, head: bool) -> None:
    if not head and aggregator != 'AverageAggregator':
        pytest.skip('aggregates class probabilities')
    model = build(aggregator, '1:2', 4, head).eval()
    inputs = clips(num_clips=4)
    found = model.predict(inputs, samples([0, 1]))
    state = None
    for t in range(4):
        scores, state = model.stream(inputs[:, t], state)
        expected = torch.stack([s.step_scores[t] for s in found])
        torch.testing.assert_close(scores, expected)
    torch.testing.assert_close(scores, model.scores(inputs))
    with pytest.raises(ValueError, match='eval mode'):
        model.train().stream(inputs[:, 0])


@torch.no_grad()
def test_average_is_the_mean_of_the_clips_scores() -> None:
    model = build('AverageAggregator', '1:2', 5, head=False).eval()
    inputs = clips(num_clips=5)
    by_hand = []
    for position in range(5):
        clip_model = (model.expensive_model if position in (0, 3) else
                      model.cheap_model)
        by_hand.append(clip_model.cls_head(
            clip_model.backbone(inputs[:, position])).softmax(dim=-1))
    torch.testing.assert_close(
        model.scores(inputs), torch.stack(by_hand).mean(dim=0))


@torch.no_grad()
def test_predict_fills_the_samples() -> None:
    model = build(clip_pattern='1:1', num_clips=3).eval()
    found = model.predict(clips(), samples([0, 1]))
    for sample in found:
        assert sample.pred_score.shape == (NUM_CLASSES, )
        assert sample.step_scores.shape == (3, NUM_CLASSES)
        assert torch.equal(sample.step_scores[-1], sample.pred_score)
        assert sample.pred_label.item() == sample.pred_score.argmax()
        assert sample.selection.unit == 'clip'
        assert sample.selection.inds.tolist() == [0, 2]
        assert sample.selection.num_candidates == 3
        assert list(sample.cost) == list(model.components)


@pytest.mark.parametrize('aggregator', AGGREGATORS)
@pytest.mark.parametrize('pattern', ['1:0', '1:1', '1:7', '0:1'])
@pytest.mark.parametrize('head', [True, False])
def test_cost_is_that_of_a_trace(aggregator: str, pattern: str,
                                 head: bool) -> None:
    if not head and aggregator != 'AverageAggregator':
        pytest.skip('aggregates class probabilities')
    model = build(aggregator, pattern, head=head)

    class Scores(nn.Module):
        """All that testing runs."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, inputs: Tensor) -> Tensor:
            """Scores after every clip."""
            return self.model.step_scores(inputs)

    costs = model.component_costs(SIZE, SIZE)
    traced = count_macs(Scores(), [clips(1, size=SIZE)])
    assert sum(cost.macs for cost in costs.values()) == pytest.approx(
        traced, rel=1e-9)
    assert all(cost.macs > 0 for cost in costs.values())


def test_cost_counts_calls() -> None:
    costs = build(clip_pattern='1:2', num_clips=5).component_costs(SIZE, SIZE)
    assert {k: c.calls for k, c in costs.items()} == dict(
        expensive_model=2, cheap_model=3, aggregator=4, cls_head=5)


def step(model: FASTER, inputs: Tensor) -> Dict[str, float]:
    """One step of plain gradient descent, and the losses before it."""
    losses = model.loss(inputs, samples([0, 2]))
    sum(v for k, v in losses.items() if 'loss' in k).backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= 0.1 * parameter.grad
                parameter.grad = None
    return {k: float(v) for k, v in losses.items()}


@pytest.mark.parametrize('stage', list(FASTER.STAGES))
def test_what_each_stage_changes(stage: str) -> None:
    model = build()
    model.set_stage(stage)
    before = copy.deepcopy(model.state_dict())
    step(model, clips())
    changed = {k.split('.')[0] for k, v in model.state_dict().items()
               if not torch.equal(v, before[k])}
    assert changed == set(FASTER.STAGES[stage])


def test_frozen_models_run_in_eval_and_without_gradient() -> None:
    model = build()
    model.set_stage('aggregation')
    model.train()
    assert not model.expensive_model.training
    features = model.clip_features(clips())
    assert not features.requires_grad
    model.set_stage('end_to_end')
    assert model.train().expensive_model.training
    assert model.clip_features(clips()).requires_grad


def test_log_keys_of_the_stages() -> None:
    model = build()
    assert set(model.loss_aggregation(clips(), samples([0, 1]))) == {
        'cls_head.loss_cls', 'cls_head.top1_acc', 'cls_head.top5_acc'}
    losses = model.loss_clip_level(clips(), samples([0, 1]))
    assert {'expensive_model.loss_cls', 'cheap_model.loss_cls'} <= set(losses)


def test_clip_level_loss_is_that_of_the_models_alone() -> None:
    model = build(clip_pattern='1:1').eval()
    inputs = clips()
    losses = model.loss_clip_level(inputs, samples([0, 2]))
    logits = model.expensive_model.cls_head(model.expensive_model.backbone(
        torch.cat([inputs[:, 0], inputs[:, 2]])))
    expected = nn.functional.cross_entropy(logits, torch.tensor([0, 2] * 2))
    torch.testing.assert_close(losses['expensive_model.loss_cls'], expected)


def test_trains_on_scores_of_clips_it_can_tell_apart() -> None:
    """FAST-GRU learns, from frozen random networks."""
    torch.manual_seed(0)
    model = build(num_clips=2)
    model.set_stage('aggregation')
    inputs = clips(num_clips=2)
    losses = [step(model, inputs)['cls_head.loss_cls'] for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]


def test_without_a_head_there_is_nothing_to_aggregate_by_training() -> None:
    model = build('AverageAggregator', head=False)
    with pytest.raises(ValueError, match='nothing to train'):
        model.loss_aggregation(clips(), samples([0, 1]))
    assert model.num_classes == NUM_CLASSES


@pytest.mark.parametrize('pattern, missing', [
    ('1:1', 'cheap_model'), ('1:0', 'expensive_model'),
    ('0:1', 'cheap_model')])
def test_pattern_needs_its_models(pattern: str, missing: str) -> None:
    config = tiny_faster(clip_pattern=pattern)
    config[missing] = None
    with pytest.raises(ValueError, match=f'needs a {missing}'):
        MODELS.build(config)


def test_one_model_alone() -> None:
    model = build(clip_pattern='0:1', expensive_model=None).eval()
    found = model.predict(clips(), samples([0, 1]))
    assert found[0].selection.inds.tolist() == []
    assert 'expensive_model' not in found[0].cost


def test_wrong_inputs() -> None:
    model = build().eval()
    for inputs in (clips(num_clips=4), clips(clip_len=16), clips()[:, 0]):
        with pytest.raises(ValueError, match='num_clips = 3 and L = clip_len'):
            model.scores(inputs)
    with pytest.raises(ValueError, match='labels must be in'):
        model.loss_aggregation(clips(), samples([0, NUM_CLASSES]))
    with pytest.raises(ValueError, match='at least 1'):
        build(num_clips=0)


def test_models_whose_maps_differ() -> None:
    narrow = tiny_clip_model('ClipResNet2D')
    narrow['backbone']['base_channels'] = 1
    model = build(cheap_model=narrow).eval()
    with pytest.raises(ValueError, match=rf'\({CHANNELS}, 1, 1, 1\) and che'):
        model.scores(clips())


@pytest.mark.parametrize('stage', FASTER.STAGES)
def test_bfloat16_training(stage: str) -> None:
    """As ``--amp`` trains on a CPU; NumPy knows no bfloat16."""
    model = build()
    model.set_stage(stage)
    with torch.autocast('cpu', torch.bfloat16):
        losses = model(clips(3), samples([0, 1, 2]), mode='loss')
    loss, _ = model.parse_losses(losses)
    assert loss.dtype == torch.float32
    loss.backward()
