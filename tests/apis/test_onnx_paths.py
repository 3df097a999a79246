"""What is exported, against the recognizers' own predictions."""
import pytest
import torch
from helpers import enliven, samples, tiny_adafocus, tiny_ocsampler
from helpers_adafocus_v2 import tiny_adafocus_v2
from mmaction.registry import MODELS

from mmaction_sampler.apis.onnx_paths import inference_path

KINDS = {
    'ocsampler': tiny_ocsampler(),
    'ocsampler_3d': tiny_ocsampler(dims=3, num_selected=3),
    'ocsampler_nearest': tiny_ocsampler(skim_interpolation='nearest'),
    'adafocus': tiny_adafocus(),
    'adafocus_resized': tiny_adafocus(glance_size=24),
    'adafocus_v2': tiny_adafocus_v2(),
}


@pytest.mark.parametrize('kind', KINDS)
def test_gives_what_predict_gives(kind):
    torch.manual_seed(0)
    model = MODELS.build(KINDS[kind])
    enliven(model)
    path = inference_path(model)
    shades = 3 * torch.randn(4, model.num_candidates, 3, 1, 1)
    frames = torch.randn(4, model.num_candidates, 3, 32, 32) + shades
    with torch.no_grad():
        if hasattr(model.policy, 'actor'):
            # Else one place would be the best, whatever is seen.
            logits = model.policy.actor(
                model.policy.encode(model.glance(frames)))
            model.policy.actor.bias.sub_(logits.mean(dim=(0, 1)))
        outputs = dict(zip(path.OUTPUTS, path(frames)))
        predicted = model.predict(frames, samples([0] * 4))
    torch.testing.assert_close(
        outputs.pop('scores'), torch.stack([s.pred_score for s in predicted]),
        rtol=1e-4, atol=1e-5)
    name, found = outputs.popitem()
    assert not outputs
    field = dict(selected_inds='inds', boxes='boxes')[name]
    expected = torch.stack([s.selection.get(field) for s in predicted])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)
    assert len(found.flatten(1).unique(dim=0)) > 1


def test_what_has_no_path():
    uniform = MODELS.build(dict(
        tiny_ocsampler(), skim_network=None, skim_head=None,
        policy=dict(type='UniformPolicy', num_selected=2)))
    with pytest.raises(ValueError, match='without skim_network'):
        inference_path(uniform)
    skips = MODELS.build(tiny_adafocus(
        kind='AdaFocusPlus', skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8)))
    with pytest.raises(ValueError, match='AdaFocusPlus cannot be exported'):
        inference_path(skips)
