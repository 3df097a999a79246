"""AdaFocus-TSM: one place for a video, chosen after seeing all of it."""
import pytest
import torch
from helpers import candidates, samples, tiny_adafocus_tsm
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import nn

from mmaction_sampler.analysis import count_macs

LABELS = [0, 1, 2]
POLICIES = ['VideoPatchPolicy', 'ContinuousPatchPolicy']


def build(policy='VideoPatchPolicy', **options):
    torch.manual_seed(0)
    model = MODELS.build(tiny_adafocus_tsm(policy, **options))
    nn.init.normal_(model.policy.actor.weight)
    return model


@pytest.mark.parametrize('policy', POLICIES)
def test_only_a_stages_components_change(policy):
    model = build(policy)
    for stage, trained in model.STAGES.items():
        model.set_stage(stage)
        model.train()
        optim_wrapper = OptimWrapper(
            torch.optim.SGD(
                [p for p in model.parameters() if p.requires_grad], lr=0.1))
        before = {k: v.clone() for k, v in model.state_dict().items()}
        inputs = [torch.randint(0, 256, (5, 3, 32, 32)) for _ in LABELS]
        log = model.train_step(
            dict(inputs=inputs, data_samples=samples(LABELS)), optim_wrapper)
        changed = {key.split('.')[0]
                   for key, value in model.state_dict().items()
                   if not torch.equal(value, before[key])}
        assert changed == set(trained), stage
        assert log['loss'].isfinite()


@pytest.mark.parametrize('policy', ['CenterPatchPolicy', 'RandomPatchPolicy'])
def test_policies_of_a_place_a_frame_are_refused(policy):
    model = build()
    model.policy = MODELS.build(dict(type=policy))
    with pytest.raises(ValueError, match='takes one a video: use Video'):
        model.eval().predict(candidates(), samples(LABELS))


def test_one_video_alone_is_refused_where_videos_are_normalised():
    model = build('ContinuousPatchPolicy').train()
    model.set_stage('policy')
    model.train()
    with pytest.raises(ValueError, match='drop_last to True'):
        model.loss(candidates(1), samples([0]))
    assert model.eval().predict(candidates(1), samples([0]))


@pytest.mark.parametrize('policy', POLICIES)
def test_glance_decides_and_the_other_frames_are_cut(policy):
    model, inputs = build(policy).eval(), candidates()
    seen = {}
    for name in ('global_cnn', 'local_cnn'):
        getattr(model, name).register_forward_hook(
            lambda _, args, __, name=name: seen.update({name: args[0]}))
    with torch.no_grad():
        results = model.predict(inputs, samples(LABELS))
    costs = model.component_costs(32, 32)
    with torch.no_grad():
        scores = model.scores(inputs)
    assert torch.equal(seen['global_cnn'], inputs[:, :2].flatten(0, 1))
    for i, sample in enumerate(results):
        selection = sample.selection
        assert selection.inds.tolist() == [2, 3, 4]
        assert selection.num_candidates == 5 and selection.unit == 'patch'
        assert (selection.boxes == selection.boxes[0]).all()
        x, y = selection.boxes[0, :2].int().tolist()
        assert torch.equal(
            seen['local_cnn'].unflatten(0, (3, 3))[i],
            inputs[i, 2:, :, y:y + 16, x:x + 16])
        torch.testing.assert_close(sample.pred_score, scores[i])
        assert sample.cost == pytest.approx(
            {name: cost.macs for name, cost in costs.items()})


@pytest.mark.parametrize('policy', POLICIES)
def test_reward_is_of_the_whole_video(policy, monkeypatch):
    model = build(policy).double()
    model.set_stage('policy')
    model.policy.eval()  # BatchNorm
    inputs, places = candidates().double(), torch.rand(3, 1, 2)
    monkeypatch.setattr(model, 'random_offsets', lambda inputs: places)
    batch = model.act(inputs, samples(LABELS))
    rollout = batch.rollouts['policy']
    assert rollout.returns.shape == rollout.old_log_probs.shape == (3, 1)

    def confidence(offsets):
        features = model.fuse(batch.maps, model.focus(inputs, offsets))
        head = model.classifier
        logits = head.global_fc(features[0].mean(1)) + head.local_fc(
            features[1].mean(1))
        return logits.softmax(-1)[range(3), LABELS]

    expected = confidence(
        model.policy.offsets(rollout.actions)) - confidence(places)
    torch.testing.assert_close(batch.log['reward'], expected.mean())


def test_equal_numbers_of_frames_are_a_linear_layer_on_both():
    head = MODELS.build(dict(
        type='GlanceFocusHead', num_classes=4, global_channels=3,
        local_channels=5)).eval()
    glanced, focused = torch.randn(2, 6, 3), torch.randn(2, 6, 5)
    logits = head((glanced, focused)).logits
    weight = torch.cat([head.global_fc.weight, head.local_fc.weight], dim=1)
    per_frame = torch.cat([glanced, focused], dim=-1) @ weight.T
    torch.testing.assert_close(
        logits[:, 0],
        per_frame.mean(1) + head.global_fc.bias + head.local_fc.bias)


def test_discrete_policy_decides_after_the_last_frame():
    torch.manual_seed(0)
    options = dict(in_channels=3, feature_size=2, num_positions=9,
                   encoder_channels=4, hidden_channels=6)
    policy = MODELS.build(dict(type='VideoPatchPolicy', **options))
    stepwise = MODELS.build(dict(type='PatchPolicy', **options))
    nn.init.normal_(policy.actor.weight)
    stepwise.load_state_dict(policy.state_dict())
    maps = torch.randn(2, 4, 3, 2, 2)
    whole, steps = policy(maps), stepwise(maps)
    assert whole.values.shape == (2, 1)
    torch.testing.assert_close(
        whole.distribution.probs, steps.distribution.probs[:, -1:])
    assert torch.equal(policy.best_offsets(maps)[0],
                       stepwise.best_offsets(maps)[0][:, -1:])


def test_continuous_policy_spreads_around_its_place():
    torch.manual_seed(0)
    policy = MODELS.build(dict(
        type='ContinuousPatchPolicy', num_frames=4, in_channels=3,
        feature_size=2, encoder_channels=4, hidden_channels=6,
        action_std=0.1)).eval()
    maps = torch.randn(1, 4, 3, 2, 2)
    place, _ = policy.best_offsets(maps)
    distribution = policy(maps).distribution
    drawn = torch.cat([distribution.sample() for _ in range(2000)])
    torch.testing.assert_close(drawn.mean(0), place[0], atol=0.02, rtol=0)
    assert (drawn.std(0) - 0.1).abs().max() < 0.01
    assert distribution.log_prob(place).shape == (1, 1)
    assert policy.offsets(torch.tensor([[[-1., 2.]]])).tolist() == [[[0, 1]]]
    with pytest.raises(ValueError, match='action_std.*0'):
        MODELS.build(dict(type='ContinuousPatchPolicy', action_std=0))


def test_cost_equals_a_trace_of_the_whole_model():
    model = build().eval()
    costs = model.component_costs(32, 32)
    calls = {name: cost.calls for name, cost in costs.items()}
    assert calls == dict(global_cnn=2, local_cnn=3, policy=1, classifier=1)

    class Whole(nn.Module):

        def __init__(self):
            super().__init__()
            self.model = model
            self.forward = model.scores

    assert sum(c.macs for c in costs.values()) == pytest.approx(
        count_macs(Whole(), [candidates(1)]))


def test_frames_do_not_come_one_by_one():
    with pytest.raises(ValueError, match='AdaFocusTSM needs.*= 5'):
        build().eval().recognize(candidates()[:, :1])
