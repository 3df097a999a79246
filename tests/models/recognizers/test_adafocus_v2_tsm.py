"""AdaFocusV2-TSM: one place for a video, learned by backpropagation."""
import pytest
import torch
from helpers import candidates, samples
from helpers_adafocus_v2 import tiny_adafocus_v2_tsm
from mmaction.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.ops import bilinear_patches

LABELS = [0, 1, 2]


def build(**options):
    torch.manual_seed(0)
    return MODELS.build(tiny_adafocus_v2_tsm(**options))


def gradients(model, loss):
    """Names of the components that a loss reaches."""
    model.zero_grad()
    loss.backward(retain_graph=True)
    return {name for name in model.components
            if any(p.grad is not None and p.grad.abs().sum() > 0
                   for p in getattr(model, name).parameters())}


def test_one_stage_trains_all_components():
    model = build().train()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    inputs = [torch.randint(0, 256, (5, 3, 32, 32)) for _ in LABELS]
    log = model.train_step(
        dict(inputs=inputs, data_samples=samples(LABELS)),
        OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1)))
    changed = {key.split('.')[0] for key, value in model.state_dict().items()
               if not torch.equal(value, before[key])}
    assert changed == set(model.STAGES['end_to_end'])
    assert log['loss'].isfinite() and 0 <= log['classifier.top1_acc'] <= 1


def test_where_the_losses_lead():
    """The classifier learns alone; the policy from the local head's loss."""
    model = build().train()
    losses = model.loss(candidates(), samples(LABELS))
    assert gradients(model, losses['classifier.loss_cls']) == {'classifier'}
    assert gradients(model, losses['global_head.loss_cls']) == {
        'global_cnn', 'global_head'}
    assert gradients(model, losses['local_head.loss_cls']) == {
        'policy', 'local_cnn', 'local_head'}


def test_loss_is_the_mean_over_learned_and_random_places(monkeypatch):
    model = build().double().eval()
    inputs = candidates().double()
    random = torch.rand(3, 1, 2, dtype=torch.float64)
    monkeypatch.setattr(torch, 'rand_like', lambda _: random)
    losses = model.loss(inputs, samples(LABELS))
    maps = model.global_cnn(inputs[:, :2].flatten(0, 1))
    glanced = maps.mean((2, 3)).view(3, 2, -1)
    learned = model.policy(maps.unflatten(0, (3, 2)))
    expected = {name: 0 for name in ('classifier', 'local_head')}
    for places in (learned, random):
        patches = torch.stack([
            bilinear_patches(inputs[i, 2:], places[i].expand(3, 2), 16)
            for i in range(3)])
        focused = model.local_cnn(patches.flatten(0, 1)).mean((2, 3))
        focused = focused.view(3, 3, -1)
        head = model.classifier
        logits = dict(
            classifier=head.global_fc(glanced).mean(1) +
            head.local_fc(focused).mean(1),
            local_head=model.local_head.projection(focused).mean(1))
        for name, values in logits.items():
            expected[name] += nn.functional.cross_entropy(
                values, torch.tensor(LABELS)) / 2
    for name, value in expected.items():
        torch.testing.assert_close(
            losses[f'{name}.loss_cls'], value, rtol=1e-6, atol=0)


@torch.no_grad()
def test_prediction_records_what_was_looked_at():
    model, inputs = build().eval(), candidates()
    seen = {}
    for name in ('global_cnn', 'local_cnn'):
        getattr(model, name).register_forward_hook(
            lambda _, args, __, name=name: seen.update({name: args[0]}))
    results = model.predict(inputs, samples(LABELS))
    costs = model.component_costs(32, 32)
    scores = model(inputs, mode='tensor')
    assert torch.equal(seen['global_cnn'], inputs[:, :2].flatten(0, 1))
    assert len(seen['local_cnn']) == 9
    place = model.policy(model.glance(inputs[:, :2]).maps)[:, 0]
    for i, sample in enumerate(results):
        selection = sample.selection
        assert selection.inds.tolist() == [2, 3, 4]
        assert selection.num_candidates == 5 and selection.unit == 'patch'
        corner = (place[i] * 16).flip(0)
        torch.testing.assert_close(
            selection.boxes, torch.cat([corner, corner + 16]).expand(3, 4))
        torch.testing.assert_close(sample.pred_score, scores[i])
        assert sample.pred_label.item() == scores[i].argmax()
        assert sample.cost == pytest.approx(
            {name: cost.macs for name, cost in costs.items()})


def test_cost_equals_a_trace_of_the_whole_model():
    model = build().eval()
    costs = model.component_costs(32, 32)
    assert {name: cost.calls for name, cost in costs.items()} == dict(
        global_cnn=2, local_cnn=3, policy=1, classifier=1)

    class Whole(nn.Module):

        def __init__(self):
            super().__init__()
            self.model = model
            self.forward = model.scores

    assert sum(c.macs for c in costs.values()) == pytest.approx(
        count_macs(Whole(), [candidates(1)]))


@pytest.mark.parametrize('policy', ['CenterPatchPolicy', 'RandomPatchPolicy'])
def test_policies_of_a_place_a_frame_are_refused(policy):
    model = build()
    model.policy = MODELS.build(dict(type=policy))
    with pytest.raises(ValueError, match='takes one a video: use Video'):
        model.eval().predict(candidates(), samples(LABELS))


def test_one_video_alone_is_refused_in_training():
    with pytest.raises(ValueError, match='drop_last to True'):
        build().train().loss(candidates(1), samples([0]))


def test_what_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match='candidates = 5, but .*num_glance'):
        build().predict(candidates(3, 4), samples(LABELS))
    with pytest.raises(ValueError, match=r'built for feature maps.*\(3, 1280'):
        build(policy=dict(
            type='VideoPatchRegressor', num_frames=3, feature_size=1)).scores(
                candidates())
