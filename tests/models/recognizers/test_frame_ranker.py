"""The ranking rival of the policy gradient, through its config."""
import torch
from helpers import candidates, samples, tiny_ocsampler
from mmaction.registry import MODELS

from mmaction_sampler.models.classifier import classify


def build():
    torch.manual_seed(0)
    return MODELS.build(dict(tiny_ocsampler(), type='FrameRanker'))


def test_policy_stage_ranks_frames_by_their_own_confidence():
    model = build().double()
    torch.nn.init.normal_(model.policy.projection.weight)
    model.set_stage('policy')
    model.eval()
    inputs, labels = candidates(3).double(), [0, 1, 2]
    losses = model(inputs, samples(labels), mode='loss')
    alone = torch.stack([
        classify(model.classifier, inputs[:, t:t + 1])[range(3), labels]
        for t in range(5)], dim=1)
    expected = model.ranking_loss(model.policy_logits(inputs), alone)
    torch.testing.assert_close(losses['loss_ranking'], expected, rtol=1e-6,
                               atol=0)
    losses['loss_ranking'].backward()
    assert model.policy.projection.weight.grad.abs().sum() > 0
    assert all(p.grad is None for p in model.classifier.parameters())


def test_predicts_as_an_ocsampler():
    model = build().eval()
    with torch.no_grad():
        sample, = model(candidates(1), samples([0]), mode='predict')
    assert len(sample.selection.inds) == 2
    assert set(sample.cost) == {'skim_network', 'policy', 'classifier'}
