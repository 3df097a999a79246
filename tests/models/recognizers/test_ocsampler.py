"""OCSampler through its config: build, losses, predictions, cost."""
import pytest
import torch
from helpers import (NUM_CLASSES, candidates, samples, tiny_classifier,
                     tiny_ocsampler)
from mmaction.registry import MODELS

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.classifier import (ClipScorer, classify,
                                                confidence)
from mmaction_sampler.ops import set_log_prob, top_inds, uniform_inds


def build(**options):
    torch.manual_seed(0)
    model = MODELS.build(tiny_ocsampler(**options))
    model.init_weights()
    return model


@pytest.mark.parametrize('dims', [2, 3])
def test_warmup_trains_skim_network_and_classifier(dims):
    model = build(dims=dims)
    model.set_stage('warmup')
    losses = model(candidates(), samples([0, 1, 2]), mode='loss')
    assert {'skim.loss_cls', 'classifier.loss_cls'} < set(losses)
    model.parse_losses(losses)[0].backward()
    for name in model.COMPONENTS:
        has_grad = any(p.grad is not None and p.grad.abs().sum() > 0
                       for p in getattr(model, name).parameters())
        assert has_grad == (name != 'policy'), name


@pytest.mark.parametrize('dims', [2, 3])
def test_policy_stage_trains_skim_network_and_policy(dims):
    model = build(dims=dims)
    torch.nn.init.normal_(model.policy.projection.weight)
    model.set_stage('policy')
    losses = model(candidates(), samples([0, 1, 2]), mode='loss')
    model.parse_losses(losses)[0].backward()
    trained = {
        name for name in model.COMPONENTS
        if any(p.grad is not None for p in getattr(model, name).parameters())
    }
    assert trained == {'skim_network', 'policy'}


def test_frozen_components_stay_in_eval():
    model = build()
    model.set_stage('policy')
    model.train()
    assert not any(m.training for m in model.classifier.modules())
    assert model.skim_network.training
    before = {k: v.clone() for k, v in model.classifier.state_dict().items()}
    model(candidates(), samples([0, 1, 2]), mode='loss')
    for key, value in model.classifier.state_dict().items():
        assert torch.equal(value, before[key]), key  # BatchNorm's, too
    model.set_stage('warmup')
    assert model.classifier.training


def test_what_the_config_has_frozen_stays_frozen():
    config = tiny_ocsampler()
    config['classifier']['backbone']['norm_cfg'] = dict(
        type='BN', requires_grad=False)
    model = MODELS.build(config)
    expected = {name for name, p in model.named_parameters()
                if not p.requires_grad}
    assert len(expected) > 10
    for stage in ('warmup', 'policy', 'warmup'):
        model.set_stage(stage)
    assert {name for name, p in model.named_parameters()
            if not p.requires_grad and name.startswith('classifier')
            } == expected


def test_policy_loss_is_eq_6_to_9(monkeypatch):
    """The loss, written out again from the equations."""
    model = build().double()
    torch.nn.init.normal_(model.policy.projection.weight)
    model.set_stage('policy')
    inputs, labels = candidates(4).double(), [0, 1, 2, 1]
    drawn = torch.tensor([[0, 1], [1, 4], [2, 3], [0, 4]])
    monkeypatch.setattr(
        'mmaction_sampler.models.losses.policy_gradient.'
        'draw_without_replacement', lambda logits, n: drawn[None])
    model.train()
    model.skim_network.eval()
    losses = model(inputs, samples(labels), mode='loss')

    expected, rewards = 0., []
    for b in range(4):
        frames = torch.nn.functional.interpolate(
            inputs[b], size=16, mode='bilinear')
        features = model.skim_network(frames).mean(dim=(2, 3))
        probs = model.policy.projection(features)[:, 0].softmax(0)
        i, j = drawn[b].tolist()
        prob = (probs[i] * probs[j] / (1 - probs[i]) +
                probs[j] * probs[i] / (1 - probs[j]))

        def confidence(inds):
            features, = model.classifier.backbone(inputs[b, inds])
            scores = model.classifier.cls_head(features, num_segs=2)
            return scores.softmax(-1)[0, labels[b]].detach()

        reward = confidence([i, j]) - confidence([1, 3])
        rewards.append(reward)
        expected = expected - reward * prob.log() / 4
    assert uniform_inds(5, 2).tolist() == [1, 3]
    torch.testing.assert_close(
        losses['loss_policy'], expected, rtol=1e-6, atol=0)
    torch.testing.assert_close(
        losses['reward'], torch.stack(rewards).mean(), rtol=1e-6, atol=0)


def test_centered_reward_changes_the_advantage_only():
    torch.manual_seed(1)
    inputs = candidates(4)
    model, centered = build(), build(center_reward=True)
    outputs = []
    for m in (model, centered):
        m.set_stage('policy')
        torch.manual_seed(2)
        outputs.append(m(inputs, samples([0, 1, 2, 0]), mode='loss'))
    torch.testing.assert_close(outputs[0]['reward'], outputs[1]['reward'])
    assert outputs[0]['loss_policy'] != outputs[1]['loss_policy']


def test_several_draws_are_weighed_against_each_other(monkeypatch):
    model = build(num_draws=3, center_reward=True)
    model.set_stage('policy')
    rewards = torch.tensor([[0.5, 0.1], [0.2, 0.1], [-0.1, 0.4]])
    monkeypatch.setattr(
        model.reward, 'forward', lambda confidence, inds, num_candidates:
        (rewards, torch.zeros(2)))
    drawn = torch.tensor([[[0, 1], [1, 4]], [[2, 3], [0, 4]],
                          [[1, 2], [0, 3]]])
    monkeypatch.setattr(
        'mmaction_sampler.models.losses.policy_gradient.'
        'draw_without_replacement', lambda logits, n: drawn)
    log_probs = torch.arange(6.)
    monkeypatch.setattr(
        'mmaction_sampler.models.losses.policy_gradient.set_log_prob',
        lambda logits, inds: log_probs)
    losses = model(candidates(2), samples([0, 1]), mode='loss')
    expected = 0.
    for s in range(3):
        for b in range(2):
            others = [rewards[o, b] for o in range(3) if o != s]
            advantage = rewards[s, b] - sum(others) / 2
            expected = expected - advantage * log_probs[2 * s + b] / 6
    torch.testing.assert_close(losses['loss_policy'], expected)


@pytest.mark.parametrize('dims', [2, 3])
def test_several_draws_share_one_uniform_clip(dims):
    model = build(num_draws=3, dims=dims)
    model.set_stage('policy')
    clips = []
    model.classifier.backbone.register_forward_pre_hook(
        lambda module, args: clips.append(args[0]))
    model(candidates(2), samples([0, 1]), mode='loss')
    assert len(clips) == 1
    # 3D: all clips; 2D: four clips of two frames share the five candidates.
    assert len(clips[0]) == ((3 + 1) * 2 if dims == 3 else 2 * 5)


def test_entropy_bonus_falls_over_the_stage():
    model = build(entropy_coef=(0.2, 0.))
    model.set_stage('policy')
    for progress, coef in ((0., 0.2), (0.5, 0.1), (1., 0.)):
        model.stage_progress = progress
        losses = model(candidates(), samples([0, 1, 2]), mode='loss')
        torch.testing.assert_close(
            losses['loss_entropy'], -coef * losses['entropy'])
    assert losses['entropy'] == pytest.approx(
        torch.tensor(5.).log().item(), abs=1e-4)  # starts uniform


@pytest.mark.parametrize('dims', [2, 3])
def test_predict_fills_scores_selection_and_cost(dims):
    model = build(dims=dims)
    torch.nn.init.normal_(model.policy.projection.weight)
    model.eval()
    inputs = candidates()
    with torch.no_grad():
        results = model(inputs, samples([0, 1, 2]), mode='predict')
        logits = model.policy_logits(inputs)
    for i, sample in enumerate(results):
        assert sample.pred_score.shape == (NUM_CLASSES, )
        assert sample.pred_score.sum() == pytest.approx(1)
        assert sample.pred_label.item() == sample.pred_score.argmax()
        selection = sample.selection
        assert torch.equal(selection.inds, top_inds(logits, 2)[i])
        assert (selection.unit, selection.num_candidates) == ('frame', 5)
        torch.testing.assert_close(selection.scores, logits[i].softmax(-1))
        assert set(sample.cost) == {'skim_network', 'policy', 'classifier'}


@pytest.mark.parametrize('dims', [2, 3])
def test_prediction_is_the_classifiers_own_on_the_selected_frames(dims):
    model = build(dims=dims).eval()
    inputs = candidates()
    with torch.no_grad():
        sample = model(inputs, samples([0, 1, 2]), mode='predict')[1]
        clip = inputs[1:2, sample.selection.inds]
        if dims == 3:
            clip = clip.transpose(1, 2).unsqueeze(1)
        model.classifier.cls_head.average_clips = 'prob'
        own = model.classifier(clip, samples([0]), mode='predict')[0]
    torch.testing.assert_close(sample.pred_score, own.pred_score)


def test_skipped_frames_are_not_looked_at():
    model = build().eval()
    inputs = candidates(1)
    with torch.no_grad():
        sample = model(inputs, samples([0]), mode='predict')[0]
        seen = []
        model.classifier.backbone.register_forward_pre_hook(
            lambda module, args: seen.append(args[0]))
        again = model(inputs, samples([0]), mode='predict')[0]
    frames = torch.cat([x for x in seen])
    assert torch.equal(frames, inputs[0, sample.selection.inds])
    torch.testing.assert_close(again.pred_score, sample.pred_score)


@pytest.mark.parametrize('dims', [2, 3])
def test_cost_equals_a_trace_of_the_whole_model(dims):

    class Whole(torch.nn.Module):

        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(inputs, mode='tensor')

    model = build(dims=dims).eval()
    with torch.no_grad():
        sample = model(candidates(1), samples([0]), mode='predict')[0]
    assert sum(sample.cost.values()) == pytest.approx(
        count_macs(Whole(model), [candidates(1)]))


def test_multi_label_confidence_is_the_probability_of_any_true_label():
    model = build().eval()
    inputs = candidates(1)
    inds = torch.tensor([[[0, 2]]])
    targets = torch.tensor([[1., 0., 1.]])
    probs = classify(model.classifier, inputs[:, [0, 2]])[0]
    scorer = ClipScorer(model.classifier, inputs)
    torch.testing.assert_close(
        confidence(scorer(inds), targets)[0, 0], probs[0] + probs[2])


def test_multi_label_training():
    model = build()
    data = samples([0, 0])
    for sample in data:
        sample.set_gt_label(torch.tensor([1., 0., 1.]))
    for stage in ('warmup', 'policy'):
        model.set_stage(stage)
        losses = model(candidates(2), data, mode='loss')
        assert model.parse_losses(losses)[0].isfinite()


@pytest.mark.parametrize('policy', [
    dict(type='UniformPolicy', num_selected=2), dict(type='RandomPolicy')])
def test_fixed_policies_cost_only_the_classifier(policy):
    config = tiny_ocsampler()
    config.update(skim_network=None, skim_head=None, policy=policy)
    model = MODELS.build(config).eval()
    with torch.no_grad():
        results = model(candidates(8), samples([0] * 8), mode='predict')
    assert set(results[0].cost) == {'classifier'}
    chosen = {tuple(r.selection.inds.tolist()) for r in results}
    if policy['type'] == 'UniformPolicy':
        assert chosen == {(1, 3)}
    else:
        assert len(chosen) > 1


def test_a_skim_network_that_no_policy_uses_is_counted():
    config = tiny_ocsampler()
    config.update(policy=dict(type='UniformPolicy', num_selected=2))
    model = MODELS.build(config).eval()
    with torch.no_grad():
        results = model(candidates(1), samples([0]), mode='predict')
    assert set(results[0].cost) == {'skim_network', 'classifier'}


def test_sweep_of_num_candidates_reaches_the_temporal_shift():
    config = tiny_ocsampler(num_candidates=5)
    config['num_candidates'] = 7
    model = MODELS.build(config).eval()
    with torch.no_grad():
        scores = model(candidates(2, 7), mode='tensor')
    assert scores.shape == (2, NUM_CLASSES)


def test_sweep_of_num_selected_reaches_the_uniform_policy():
    config = tiny_ocsampler(num_candidates=9, num_selected=3)
    config.update(skim_network=None, skim_head=None,
                  policy=dict(type='UniformPolicy', num_selected=2))
    model = MODELS.build(config).eval()
    with torch.no_grad():
        sample, = model(candidates(1, 9), samples([0]), mode='predict')
    assert sample.selection.inds.tolist() == [1, 4, 7]


def test_exact_probability_is_used_for_training():
    model = build()
    model.set_stage('policy')
    torch.manual_seed(0)
    inds = torch.tensor([[0, 3]])
    log_prob = set_log_prob(torch.zeros(1, 5), inds)
    assert log_prob.exp().item() == pytest.approx(0.1)  # 1 of 10 pairs


@pytest.mark.parametrize('options,message', [
    (dict(num_selected=2.5), 'num_selected must be a whole number, .* 2.5'),
    (dict(num_selected='ab'), "must be a whole number, but got 'ab'"),
    (dict(num_selected=6), r'num_selected must be between 1 and '
     r'num_candidates \(5\), but got 6'),
    (dict(num_selected=0), 'but got 0'),
    (dict(num_warmup_selected=9), 'num_warmup_selected'),
    (dict(num_warmup_selected=0), 'num_warmup_selected .*, but got 0'),
    (dict(num_draws=0), 'num_draws must be at least 1'),
    (dict(component_checkpoints=dict(backbone='x.pth')),
     "names 'backbone', but OCSampler has the components skim_network"),
])
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(tiny_ocsampler(**options))


def test_wrong_inputs_are_refused():
    model = build()
    with pytest.raises(ValueError, match='num_candidates = 5, but got'):
        model(candidates(2, 4), mode='tensor')
    with pytest.raises(ValueError, match=r'labels must be in \[0, num_cl'):
        model(candidates(2), samples([0, 3]), mode='loss')
    with pytest.raises(ValueError, match='unknown training stage'):
        model.set_stage('stage2')
    with pytest.raises(ValueError, match="'loss', 'predict' or 'tensor'"):
        model(candidates(2), mode='test')


def test_component_checkpoint_of_an_ordinary_recognizer(tmp_path):
    torch.manual_seed(5)
    recognizer = MODELS.build(tiny_classifier())
    path = tmp_path / 'tsn.pth'
    torch.save(dict(state_dict=recognizer.state_dict(), meta={}), path)
    model = build(component_checkpoints=dict(classifier=str(path)))
    for key, value in recognizer.state_dict().items():
        assert torch.equal(model.classifier.state_dict()[key], value)


def test_component_checkpoint_that_does_not_fit(tmp_path):
    path = tmp_path / 'other.pth'
    state = MODELS.build(tiny_classifier(dims=3)).state_dict()
    torch.save(dict(state_dict=state), path)
    with pytest.raises(ValueError, match="does not fit component 'classif"):
        build(component_checkpoints=dict(classifier=str(path)))
    with pytest.raises(FileNotFoundError):
        build(component_checkpoints=dict(classifier=str(path) + '.gone'))


def test_component_checkpoint_with_prefix(tmp_path):
    torch.manual_seed(6)
    skim = MODELS.build(tiny_ocsampler()['skim_network'])
    path = tmp_path / 'tsm.pth'
    torch.save({f'backbone.{k}': v for k, v in skim.state_dict().items()},
               path)
    model = build(component_checkpoints=dict(
        skim_network=dict(checkpoint=str(path), prefix='backbone.')))
    for key, value in skim.state_dict().items():
        assert torch.equal(model.skim_network.state_dict()[key], value)


def test_bfloat16_autocast_selects_and_scores_in_float32():
    model = build().eval()
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        sample = model(candidates(1), samples([0]), mode='predict')[0]
    assert sample.pred_score.dtype == torch.float32
    assert sample.selection.scores.dtype == torch.float32
