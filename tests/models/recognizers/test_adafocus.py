"""AdaFocus through its config: stages, rewards, predictions, cost."""
import pytest
import torch
from helpers import NUM_CLASSES, candidates, samples, tiny_adafocus
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.heads import StepwiseOutput
from mmaction_sampler.ops import discounted_returns, grid_offsets

AVERAGED = dict(type='AveragedLinearHead', num_classes=NUM_CLASSES,
                in_channels=1288, dropout_ratio=0.)
LABELS = [0, 1, 2]


def build(**options):
    torch.manual_seed(0)
    model = MODELS.build(tiny_adafocus(**options))
    if hasattr(model.policy, 'actor'):
        nn.init.normal_(model.policy.actor.weight)
    return model


def step(model):
    """One training iteration."""
    optim_wrapper = OptimWrapper(
        torch.optim.SGD([p for p in model.parameters() if p.requires_grad],
                        lr=0.1))
    inputs = [torch.randint(0, 256, (5, 3, 32, 32)) for _ in LABELS]
    return model.train_step(
        dict(inputs=inputs, data_samples=samples(LABELS)), optim_wrapper)


@pytest.mark.parametrize('head', [{}, dict(classifier=AVERAGED)])
def test_only_a_stages_components_change(head):
    """Parameters and BatchNorm's statistics."""
    model = build(**head)
    for stage, trained in model.STAGES.items():
        model.set_stage(stage)
        model.train()
        before = {k: v.clone() for k, v in model.state_dict().items()}
        step(model)
        changed = {key.split('.')[0]
                   for key, value in model.state_dict().items()
                   if not torch.equal(value, before[key])}
        assert changed == set(trained), stage


def test_reward_equals_the_loop_over_frames(monkeypatch):
    """Eq. 7 and the GRUs step by step, as the authors compute them."""
    model = build().double()
    model.set_stage('policy')
    model.train()
    inputs = candidates().double()
    random_offsets = torch.rand(3, 5, 2)
    monkeypatch.setattr(model, 'random_offsets', lambda inputs: random_offsets)
    batch = model.act(inputs, samples(LABELS))
    actions, old_log_probs, returns = batch.rollouts['policy']
    grid = grid_offsets(9)

    def cell(gru):
        twin = nn.GRUCell(gru.input_size, gru.hidden_size).double()
        twin.load_state_dict(
            {k[:-3]: v for k, v in gru.state_dict().items()})
        return twin

    def patch_features(frames, offsets):
        patches = []
        for frame, (y, x) in zip(frames, (offsets * 16).int().tolist()):
            patches.append(frame[:, y:y + 16, x:x + 16])
        maps, = model.local_cnn(torch.stack(patches))
        return maps.mean((2, 3))

    encoder = model.policy.recurrent_encoder
    policy_cell, classifier_cell = cell(encoder.gru), cell(
        model.classifier.gru)
    policy_state = torch.zeros(3, 8).double()
    state = torch.zeros(3, 8).double()
    rewards = torch.zeros(3, 5).double()
    for t in range(5):
        frames = inputs[:, t]
        maps = model.global_cnn(frames)
        policy_state = policy_cell(encoder.encoder(maps), policy_state)
        log_probs = model.policy.actor(policy_state).log_softmax(-1)
        torch.testing.assert_close(
            log_probs.gather(1, actions[:, t:t + 1])[:, 0],
            old_log_probs[:, t], rtol=1e-6, atol=0)

        def classified(offsets):
            features = torch.cat(
                [maps.mean((2, 3)), patch_features(frames, offsets)], 1)
            after = classifier_cell(features, state)
            probs = model.classifier.fc(after).softmax(-1)
            return probs[range(3), LABELS], after

        random, _ = classified(random_offsets[:, t])
        chosen, state = classified(grid[actions[:, t]])
        rewards[:, t] = chosen - random
    torch.testing.assert_close(
        batch.log['reward'], rewards.mean(), rtol=1e-6, atol=1e-12)
    expected = discounted_returns(rewards, 0.7)
    expected = (expected - expected.mean()) / (expected.std() + 1e-5)
    torch.testing.assert_close(returns, expected, rtol=1e-6, atol=1e-9)


def test_random_patch_after_the_averaged_classifier():
    model = build(classifier=AVERAGED).eval()
    features, others = torch.randn(2, 3, 5, 1288)
    states = model.classifier(features).states
    logits = model.one_frame_each(others, states)
    for t in range(5):
        mixed = torch.cat([features[:, :t], others[:, t:t + 1]], dim=1)
        torch.testing.assert_close(
            logits[:, t], model.classifier(mixed).logits[:, -1])


@pytest.mark.parametrize('kind', ['PatchConfidenceReward',
                                  'PatchIncrementReward'])
def test_other_rewards_need_no_random_patches(kind):
    model = build(reward=dict(type=kind))
    model.set_stage('policy')
    patches = []
    model.local_cnn.register_forward_hook(
        lambda _, inputs, __: patches.append(len(inputs[0])))
    losses = model(candidates(), samples(LABELS), mode='loss')
    assert patches == [15] and 'baseline_reward' not in losses
    model.parse_losses(losses)[0].backward()


def test_all_frames_of_chosen_and_random_patches_are_one_batch():
    model = build()
    model.set_stage('policy')
    calls = []
    for name in ('global_cnn', 'local_cnn'):
        getattr(model, name).register_forward_hook(
            lambda _, inputs, __: calls.append(len(inputs[0])))
    model(candidates(), samples(LABELS), mode='loss')
    assert calls == [15, 30]


def test_no_gradient_reaches_the_place():
    """A crop at whole pixels is not differentiable; RL is needed."""
    model = build()
    model.set_stage('finetune')
    offsets = torch.rand(3, 5, 2, requires_grad=True)
    inputs = candidates()
    features = model.fuse(model.glance(inputs), model.focus(inputs, offsets))
    losses = model.classifier.loss(features, samples(LABELS))
    losses['loss_cls'].backward()
    assert offsets.grad is None
    assert any(p.grad is not None for p in model.local_cnn.parameters())


def test_several_updates_from_one_batch_of_actions():
    model = build(ppo=dict(type='PPOLoss', num_update_epochs=3))
    model.set_stage('policy')
    calls = dict(global_cnn=0, local_cnn=0, policy=0)
    for name in calls:
        def count(*_, name=name):
            calls[name] += 1
        getattr(model, name).register_forward_hook(count)
    log = step(model)
    # The policy acts once and is then updated three times.
    assert calls == dict(global_cnn=1, local_cnn=1, policy=4)
    assert log['approx_kl'] > 0
    with pytest.raises(ValueError, match='PPODistributedDataParallel'):
        model(candidates(), samples(LABELS), mode='loss')


def test_policy_stage_finds_the_place_that_helps():
    """Bright patches help; the glance tells in which corner they are."""
    model = build(
        ppo=dict(type='PPOLoss', gamma=0., entropy_coef=0.01)).eval()
    nn.init.zeros_(model.policy.actor.weight)  # as in a real run

    def brightness(patches):
        return patches.mean((1, 2, 3))[:, None, None, None]

    class Classifier(nn.Module):
        num_classes = NUM_CLASSES

        def forward(self, features, state=None):
            logits = torch.zeros(*features.shape[:2], NUM_CLASSES)
            logits[..., 0] = 4 * features[..., -1]
            return StepwiseOutput(logits, features)

    torch.manual_seed(0)
    inputs = torch.zeros(6, 5, 3, 32, 32)
    inputs[:3, :, :, 16:, 16:] = 1
    inputs[3:, :, :, :16, :16] = 1
    maps = torch.randn(2, 1, 1280, 1, 1).repeat_interleave(3, 0)
    model.glance = lambda inputs: maps.expand(-1, 5, -1, -1, -1)
    model.local_cnn.forward = brightness
    model.classifier = Classifier()
    model.set_stage('policy')
    optimizer = torch.optim.Adam(model.policy.parameters(), lr=1e-2)
    for _ in range(60):
        losses = model(inputs, samples([0] * 6), mode='loss')
        loss, _ = model.parse_losses(losses)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    best = model.policy.best_offsets(model.glance(inputs))[0]
    assert best[:3].mean() == 1 and best[3:].mean() == 0


def test_prediction_records_what_was_looked_at():
    model = build().eval()
    inputs = candidates()
    with torch.no_grad():
        results = model.predict(inputs, samples(LABELS))
        scores = model(inputs, mode='tensor')
        offsets = model.policy.best_offsets(model.glance(inputs))[0]
    costs = model.component_costs(32, 32)
    for i, sample in enumerate(results):
        assert torch.equal(sample.pred_score, scores[i])
        assert sample.pred_score.sum().item() == pytest.approx(1)
        assert sample.pred_label.item() == scores[i].argmax()
        assert sample.selection.unit == 'patch'
        assert sample.selection.inds.tolist() == [0, 1, 2, 3, 4]
        corners = (offsets[i] * 16).int().float()
        assert torch.equal(
            sample.selection.boxes,
            torch.cat([corners.flip(-1), corners.flip(-1) + 16], -1))
        assert sample.cost == {k: c.macs for k, c in costs.items()}


@pytest.mark.parametrize('options', [
    {},
    dict(classifier=AVERAGED),
    dict(glance_size=24),
    dict(classifier=dict(AVERAGED, in_channels=8), reuse_global=False,
         global_cnn=None, policy=dict(type='CenterPatchPolicy')),
])
def test_cost_equals_a_trace_of_the_whole_model(options):
    model = build(**options).eval()
    costs = model.component_costs(32, 32)
    assert set(costs) == set(model.components) - (
        set() if hasattr(model.policy, 'actor') else {'policy'})

    class Whole(nn.Module):

        def __init__(self):
            super().__init__()
            self.model = model
            self.forward = model.scores

    traced = count_macs(Whole(), [candidates(1)])
    assert sum(c.macs for c in costs.values()) == traced


@pytest.mark.parametrize('policy', ['CenterPatchPolicy', 'RandomPatchPolicy',
                                    'GaussianPatchPolicy'])
def test_fixed_policies_train_and_predict(policy):
    model = build(policy=dict(type=policy))
    for stage in ('warmup', 'finetune'):
        model.set_stage(stage)
        step(model)
    model.eval()
    sample, *_ = model.predict(candidates(), samples(LABELS))
    boxes = sample.selection.boxes
    assert boxes.min() >= 0 and boxes.max() <= 32
    if policy == 'CenterPatchPolicy':
        assert boxes.tolist() == [[8, 8, 24, 24]] * 5


def test_without_reuse_the_glance_is_not_classified():
    model = build(reuse_global=False,
                  classifier=dict(AVERAGED, in_channels=8))
    model.set_stage('warmup')
    losses = model(candidates(), samples(LABELS), mode='loss')
    model.parse_losses(losses)[0].backward()
    assert all(p.grad is None for p in model.global_cnn.parameters())
    with pytest.raises(ValueError, match='needs a global_cnn'):
        build(global_cnn=None)


def test_wrong_number_of_frames():
    with pytest.raises(ValueError, match=r'num_candidates = 5.*\(3, 4,'):
        build()(candidates(3, 4), samples(LABELS), mode='loss')
    with pytest.raises(ValueError, match='num_candidates = 5'):
        build().predict(candidates(3, 4), samples(LABELS))
