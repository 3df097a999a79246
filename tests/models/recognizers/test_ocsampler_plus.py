"""OCSampler+ through its config: budgets, stages, predictions, cost."""
from itertools import combinations

import pytest
import torch
from helpers import (NUM_CLASSES, candidates, samples, tiny_classifier,
                     tiny_ocsampler)
from mmaction.registry import MODELS

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.classifier import (ClipScorer, classify,
                                                classify_selected,
                                                correctness_ratios,
                                                label_targets)

LABELS = [0, 1, 2, 1, 0, 2]


def build(dims=2, **options):
    torch.manual_seed(0)
    config = tiny_ocsampler(dims=dims, **options)
    config.pop('num_selected')
    config.update(type='OCSamplerPlus', num_budgets=4)
    model = MODELS.build(config)
    model.init_weights()
    # Weights that give the videos different budgets and frames.
    torch.nn.init.normal_(model.policy.projection.weight)
    torch.nn.init.normal_(model.budget.projection.weight, std=3.)
    return model


def spread_budgets(model, monkeypatch, budgets):
    """Let the budget module predict these numbers of frames."""
    logits = torch.nn.functional.one_hot(torch.tensor(budgets) - 1, 4).float()
    monkeypatch.setattr(
        model.budget, 'forward', lambda features: logits[:len(features)])


def test_both_names_build_it():
    assert MODELS.get('OCSampler+') is MODELS.get('OCSamplerPlus')


@pytest.mark.parametrize('stage,trained', [
    ('warmup', {'skim_network', 'skim_head', 'classifier'}),
    ('budget', {'skim_network', 'budget'}),
    ('policy', {'skim_network', 'budget', 'policy'}),
])
@pytest.mark.parametrize('dims', [2, 3])
def test_a_stage_trains_its_components_alone(stage, trained, dims):
    model = build(dims)
    model.set_stage(stage)
    losses = model(candidates(6), samples(LABELS), mode='loss')
    model.parse_losses(losses)[0].backward()
    with_grad = {
        name for name in model.COMPONENTS
        if any(p.grad is not None for p in getattr(model, name).parameters())
    }
    assert with_grad == trained


@pytest.mark.parametrize('dims', [2, 3])
def test_correctness_ratios_are_eq_10(dims):
    """Against every combination of every video, one by one."""
    torch.manual_seed(1)
    classifier = MODELS.build(tiny_classifier(dims)).double().eval()
    inputs = candidates(3).double()
    targets = label_targets(samples([0, 1, 2]), 3, torch.device('cpu'))
    ratios = correctness_ratios(
        ClipScorer(classifier, inputs), targets, 5, 4, num_combinations=10)
    for b in range(3):
        for m in range(1, 5):
            clips = [list(c) for c in combinations(range(5), m)]
            correct = [
                classify(classifier, inputs[b:b + 1, c]).argmax() == b
                for c in clips
            ]
            assert ratios[b, m - 1] == pytest.approx(
                sum(correct).item() / len(clips), rel=1e-6)


def test_monte_carlo_ratios_agree_with_all_combinations():
    torch.manual_seed(2)
    classifier = MODELS.build(tiny_classifier()).eval()
    inputs = candidates(4, num_candidates=8)
    targets = label_targets(samples([0, 1, 2, 0]), 3, torch.device('cpu'))
    exact, estimated = (
        correctness_ratios(ClipScorer(classifier, inputs), targets, 8, 4, n)
        for n in (70, 65))
    # 65 of 70 for m = 4; the others are exhaustive.
    assert torch.equal(exact[:, :3], estimated[:, :3])
    assert (exact - estimated).abs().max() < 0.25


@pytest.mark.parametrize('dims', [2, 3])
def test_videos_of_different_budgets_equal_one_video_at_a_time(
        dims, monkeypatch):
    model = build(dims).eval()
    inputs, budgets = candidates(6), [3, 1, 4, 1, 2, 3]
    spread_budgets(model, monkeypatch, budgets)
    with torch.no_grad():
        batch = model(inputs, samples(LABELS), mode='predict')
        for i, sample in enumerate(batch):
            assert len(sample.selection.inds) == budgets[i]
            spread_budgets(model, monkeypatch, [budgets[i]])
            alone, = model(
                inputs[i:i + 1], samples([LABELS[i]]), mode='predict')
            torch.testing.assert_close(alone.pred_score, sample.pred_score)
            assert torch.equal(alone.selection.inds, sample.selection.inds)
            assert alone.cost == sample.cost


def test_only_the_selected_frames_go_through_the_classifier(monkeypatch):
    model = build().eval()
    seen = []
    model.classifier.backbone.register_forward_pre_hook(
        lambda module, args: seen.append(args[0]))
    inputs = candidates(4)
    spread_budgets(model, monkeypatch, [2, 1, 4, 1])
    with torch.no_grad():
        results = model(inputs, samples([0] * 4), mode='predict')
        before = list(seen)
        costs = [sum(r.cost.values()) for r in results]
    assert len(before) == 1 + len({1, 2, 4})  # and one trace for each cost
    expected = torch.cat([
        inputs[i, r.selection.inds] for i, r in enumerate(results)])
    assert torch.equal(before[0], expected)
    assert costs[1] == costs[3] < costs[0] < costs[2]


def test_3d_clips_go_through_the_classifier_by_length(monkeypatch):
    model = build(dims=3).eval()
    shapes = []
    model.classifier.backbone.register_forward_pre_hook(
        lambda module, args: shapes.append(tuple(args[0].shape[:3])))
    spread_budgets(model, monkeypatch, [2, 1, 4, 1])
    with torch.no_grad():
        model(candidates(4), samples([0] * 4), mode='tensor')
    assert shapes == [(2, 3, 1), (1, 3, 2), (1, 3, 4)]


@pytest.mark.parametrize('dims', [2, 3])
def test_cost_equals_a_trace_of_the_whole_model(dims):

    class Whole(torch.nn.Module):

        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(inputs, mode='tensor')

    model = build(dims).eval()
    for _ in range(3):
        inputs = candidates(1)
        with torch.no_grad():
            sample, = model(inputs, samples([0]), mode='predict')
        assert set(sample.cost) == {
            'skim_network', 'budget', 'policy', 'classifier'}
        assert sum(sample.cost.values()) == pytest.approx(
            count_macs(Whole(model), [inputs]))


@pytest.mark.parametrize('dims', [2, 3])
def test_expected_costs_are_the_mean_over_the_shares(dims):
    model = build(dims).eval()
    one, three = (
        sum(c.macs for c in model.costs(32, 32, n).values()) for n in (1, 3))
    costs = model.expected_costs(32, 32, {1: 3, 3: 1})
    assert sum(c.macs for c in costs.values()) == pytest.approx(
        0.75 * one + 0.25 * three)
    if dims == 2:
        assert costs['classifier'].calls == pytest.approx(1.5, rel=1e-3)
    for shares in ({5: 1.}, {0: 1.}, {1: -1.}, {1: 0.}):
        with pytest.raises(ValueError, match='shares must'):
            model.expected_costs(32, 32, shares)


def test_policy_stage_draws_as_many_frames_as_the_budget(monkeypatch):
    model = build(num_draws=2)
    model.set_stage('policy')
    budgets = [3, 1, 4, 1, 2, 3]
    spread_budgets(model, monkeypatch, budgets)
    drawn = []
    name = 'mmaction_sampler.models.losses.policy_gradient.set_log_prob'
    from mmaction_sampler.ops import set_log_prob
    monkeypatch.setattr(
        name, lambda logits, inds: drawn.append(inds.shape) or set_log_prob(
            logits, inds))
    losses = model(candidates(6), samples(LABELS), mode='loss')
    assert drawn == [(4, 1), (2, 2), (4, 3), (2, 4)]
    assert losses['num_selected'] == sum(budgets) / 6
    assert losses['loss_policy'].isfinite()


def test_policy_stage_matches_videos_with_their_own_truth(monkeypatch):
    """The reward of every video, from its own frames and label."""
    model = build(reward=dict(type='VanillaReward')).double()
    model.set_stage('policy')
    model.eval()
    budgets = [3, 1, 4, 1, 2, 3]
    spread_budgets(model, monkeypatch, budgets)
    taken = []

    def draw(logits, n):
        taken.append(n)
        return torch.arange(n).expand(*logits.shape[:2], n)

    monkeypatch.setattr(
        'mmaction_sampler.models.losses.policy_gradient.'
        'draw_without_replacement', draw)
    inputs = candidates(6).double()
    losses = model(inputs, samples(LABELS), mode='loss')
    expected = [
        classify(model.classifier, inputs[i:i + 1, :n])[0, LABELS[i]]
        for i, n in enumerate(budgets)
    ]
    assert taken == [1, 2, 3, 4]
    torch.testing.assert_close(
        losses['reward'], torch.stack(expected).mean().detach(), rtol=1e-6,
        atol=0)


def test_classify_selected_with_equal_counts_is_classify():
    torch.manual_seed(3)
    classifier = MODELS.build(tiny_classifier()).eval()
    inputs = candidates(3)
    selected = torch.tensor([[1, 0, 0, 1, 0]] * 3, dtype=torch.bool)
    torch.testing.assert_close(
        classify_selected(classifier, inputs, selected),
        classify(classifier, inputs[:, [0, 3]]))
    assert classify(classifier, inputs).shape == (3, NUM_CLASSES)


@pytest.mark.parametrize('options,message', [
    (dict(num_budgets=6), r'num_budgets must be between 1 and num_candidates '
     r'\(5\), but got 6'),
    (dict(num_budgets=0), 'but got 0'),
    (dict(num_combinations=0), 'num_combinations must be at least 1'),
])
def test_wrong_options_are_refused(options, message):
    config = tiny_ocsampler()
    config.pop('num_selected')
    config.update(type='OCSamplerPlus', num_budgets=4)
    config.update(options)
    with pytest.raises(ValueError, match=message):
        MODELS.build(config)
