"""AdaFocus+: what is skipped is not computed, and what that is worth."""
import pytest
import torch
from helpers import candidates, enliven, samples, tiny_adafocus
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.recognizers import AdaFocusPlus, AdaFocusStream
from mmaction_sampler.ops import discounted_returns

LABELS = [0, 1, 2]
SKIP_POLICY = dict(
    type='SkipPolicy', in_channels=1280, feature_size=1, encoder_channels=4,
    hidden_channels=8)


def build(kind='AdaFocusPlus', **options):
    torch.manual_seed(0)
    model = MODELS.build(
        tiny_adafocus(kind=kind, skip_policy=SKIP_POLICY, **options))
    nn.init.normal_(model.policy.actor.weight)
    nn.init.normal_(model.skip_policy.actor.weight)
    return model


def halved(**options):
    """A model in eval mode that keeps half of these frames."""
    model, inputs = build(keep_ratio=0.5, **options).eval(), candidates(4)
    enliven(model)  # else all videos have the same probabilities
    with torch.no_grad():
        probs, _ = model.skip_policy.keep_prob(model.glance(inputs))
    model.set_keep_threshold(probs)
    return model, inputs, probs


def count_patches(model):
    """A list that grows by the number of patches of every call."""
    model.component_costs(32, 32)  # its trace is no call
    patches = []
    model.local_cnn.register_forward_hook(
        lambda _, inputs, __: patches.append(len(inputs[0])))
    return patches


def test_both_names():
    assert type(build('AdaFocus+')) is AdaFocusPlus


def test_only_a_stages_components_change():
    model = build()
    assert 'skip_policy' in model.STAGES['policy']
    for stage, trained in model.STAGES.items():
        model.set_stage(stage)
        model.train()
        optim_wrapper = OptimWrapper(
            torch.optim.SGD(
                [p for p in model.parameters() if p.requires_grad], lr=0.1))
        before = {k: v.clone() for k, v in model.state_dict().items()}
        inputs = [torch.randint(0, 256, (5, 3, 32, 32)) for _ in LABELS]
        model.train_step(
            dict(inputs=inputs, data_samples=samples(LABELS)), optim_wrapper)
        changed = {key.split('.')[0]
                   for key, value in model.state_dict().items()
                   if not torch.equal(value, before[key])}
        assert changed == set(trained), stage


def test_rewards_equal_the_loop_over_frames():
    model = build(skip_reward=dict(type='SkipReward', cost_coef=1e-4))
    model = model.double()
    model.set_stage('policy')
    inputs = candidates().double()
    batch = model.act(inputs, samples(LABELS))
    keep = batch.rollouts['skip_policy'].actions
    assert 0 < keep.mean() < 1
    offsets = model.policy.offsets(batch.rollouts['policy'].actions)
    local = model.focus(inputs, offsets)
    rewards = torch.zeros(3, 5).double()
    for t in range(5):

        def confidence(b):
            actions = torch.cat(
                [keep[:, :t], torch.full((3, 1), b).double()], 1)
            features = model.fuse(
                batch.maps[:, :t + 1], local[:, :t + 1] * actions[..., None])
            probs = model.classifier(features).logits[:, -1].softmax(-1)
            return probs[range(3), LABELS]

        gain = confidence(1) - confidence(0) - 1e-4 * 16**2
        rewards[:, t] = gain * keep[:, t]
    torch.testing.assert_close(
        batch.log['skip_policy.reward'], rewards.mean())
    expected = discounted_returns(rewards, 0.7)
    expected = (expected - expected.mean()) / (expected.std() + 1e-5)
    torch.testing.assert_close(
        batch.rollouts['skip_policy'].returns, expected)


def test_a_skipped_frame_gives_the_patch_policy_nothing(monkeypatch):
    """Whichever patch is chosen, it is not seen: Eq. 7 is 0."""
    model = build(ppo=dict(type='PPOLoss', gamma=0.,
                           normalize_returns=False)).double()
    model.set_stage('policy')
    batch = model.act(candidates().double(), samples(LABELS))
    keep = batch.rollouts['skip_policy'].actions.bool()
    returns = batch.rollouts['policy'].returns
    assert returns[~keep].abs().max() < 1e-12
    assert returns[keep].abs().min() > 0


def test_skipped_patches_are_not_computed_in_training():
    model = build()
    patches = count_patches(model)
    model.set_stage('policy')
    losses = model(candidates(), samples(LABELS), mode='loss')
    kept = round(losses['skip_policy.keep_ratio'].item() * 15)
    assert 0 < kept < 15 and patches == [2 * kept]
    patches.clear()
    model.set_stage('finetune')
    model(candidates(), samples(LABELS), mode='loss')
    assert len(patches) == 1 and 0 < patches[0] < 15


def test_skipped_patches_are_not_computed_in_testing():
    model, inputs, probs = halved()
    keep = probs >= model.keep_threshold
    patches = count_patches(model)
    with torch.no_grad():
        results = model.predict(inputs, samples([0] * 4))
    assert patches == [10] == [keep.sum()]
    unit = model.component_costs(32, 32)['local_cnn'].unit_macs
    for i, sample in enumerate(results):
        inds = keep[i].nonzero()[:, 0]
        assert torch.equal(sample.selection.inds, inds)
        assert sample.selection.boxes.shape == (len(inds), 4)
        torch.testing.assert_close(sample.selection.scores, probs[i])
        assert sample.cost['local_cnn'] == len(inds) * unit


def test_cost_equals_a_trace_of_what_was_run():
    model, inputs, probs = halved()
    num_kept = (probs >= model.keep_threshold).sum(dim=1)
    inputs = inputs[(num_kept % 5).argmax():][:1]  # some frames, not all

    class Whole(nn.Module):

        def __init__(self):
            super().__init__()
            self.model = model
            self.forward = model.scores

    with torch.no_grad():
        sample, = model.predict(inputs, samples([0]))
    assert 0 < len(sample.selection.inds) < 5
    assert sum(sample.cost.values()) == count_macs(Whole(), [inputs])


def test_expected_cost_follows_the_keep_ratio():
    whole = build(keep_ratio=1.).component_costs(32, 32)
    part = build(keep_ratio=0.4).component_costs(32, 32)
    assert part['local_cnn'].macs == pytest.approx(
        0.4 * whole['local_cnn'].macs)
    assert part['skip_policy'] == whole['skip_policy']


def test_all_frames_can_be_skipped():
    model = build().eval()
    model.keep_threshold.fill_(2)
    patches = count_patches(model)
    sample, *_ = model.predict(candidates(), samples(LABELS))
    assert patches == []
    assert sample.selection.boxes.shape == (0, 4)
    assert sample.cost['local_cnn'] == 0


def test_stream_equals_the_batch():
    model, inputs, probs = halved()
    with torch.no_grad():
        whole = model.recognize(inputs)
    patches = count_patches(model)
    stream = AdaFocusStream(model)
    for t in range(5):
        output = stream.step(inputs[:, t])
        torch.testing.assert_close(
            output.scores, whole.scores[:, t], rtol=0, atol=1e-5)
        assert torch.equal(output.keep, whole.keep[:, t])
    assert sum(patches) == 10


def test_without_a_threshold_it_is_an_adafocus():
    plus, inputs = build().eval(), candidates()
    plain = MODELS.build(tiny_adafocus()).eval()
    plain.load_state_dict(plus.state_dict(), strict=False)
    with torch.no_grad():
        torch.testing.assert_close(
            plus.scores(inputs), plain.scores(inputs))


def test_threshold_is_part_of_the_checkpoint():
    model, inputs, _ = halved()
    other = build().eval()
    other.load_state_dict(model.state_dict())
    assert other.keep_threshold == model.keep_threshold > 0


def test_keep_ratio_must_be_a_share():
    with pytest.raises(ValueError, match=r'keep_ratio.*\(0, 1\], but got 0'):
        build(keep_ratio=0)
