"""The AdaFocus family in mixed precision, as far as a CPU has it.

Losses of AdaFocusV2 itself: ``test_adafocus_v2.py``.
"""
import pytest
import torch
from helpers import candidates, samples, tiny_adafocus, tiny_adafocus_tsm
from helpers_adafocus_v2 import tiny_adafocus_v2, tiny_adafocus_v2_tsm
from mmaction.registry import MODELS

LABELS = [0, 1, 2]
SKIP_POLICY = dict(
    type='SkipPolicy', in_channels=1280, feature_size=1, encoder_channels=4,
    hidden_channels=8)
CONFIGS = [
    tiny_adafocus(),
    tiny_adafocus(kind='AdaFocusPlus', skip_policy=SKIP_POLICY),
    tiny_adafocus_tsm(),
    tiny_adafocus_tsm('ContinuousPatchPolicy'),
    tiny_adafocus_v2_tsm(),
]


def name_of(config: dict) -> str:
    """Recognizer and policy."""
    return f'{config["type"]}-{config["policy"]["type"]}'


@pytest.mark.parametrize('config', CONFIGS, ids=name_of)
def test_bfloat16(config):
    """Losses of all stages are finite, and what is stored is float32."""
    torch.manual_seed(0)
    model = MODELS.build(config)
    for stage in model.STAGES:
        model.set_stage(stage)
        model.train()
        with torch.autocast('cpu', torch.bfloat16):
            losses = model(candidates(), samples(LABELS), mode='loss')
        loss, _ = model.parse_losses(losses)
        loss.backward()
        assert loss.isfinite() and loss.dtype == torch.float32, stage
    model.eval()
    with torch.autocast('cpu', torch.bfloat16), torch.no_grad():
        results = model.predict(candidates(), samples(LABELS))
    for sample in results:
        assert sample.pred_score.dtype == torch.float32
        assert sample.pred_score.sum().item() == pytest.approx(1)
        assert sample.selection.boxes.dtype == torch.float32


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize('config', [*CONFIGS, tiny_adafocus_v2()], ids=name_of)
def test_patches_are_those_of_full_precision(config, dtype):
    """What selects runs in float32; only the rest is mixed."""
    torch.manual_seed(0)
    model = MODELS.build(config).eval()
    inputs = torch.randn(4, model.num_candidates, 3, 32, 32)
    labels = [0, 1, 2, 0]
    glance, seen = model.glance, []

    def watched(frames):
        glanced = glance(frames)
        seen.append(getattr(glanced, 'maps', glanced).dtype)
        return glanced

    with torch.no_grad():
        full = model.predict(inputs, samples(labels))
        # Places of an untrained policy may be the same by chance.
        model.glance = watched
        with torch.autocast('cpu', dtype):
            mixed = model.predict(inputs, samples(labels))
    assert seen == [torch.float32]
    for one, other in zip(full, mixed):
        assert torch.equal(one.selection.inds, other.selection.inds)
        assert torch.equal(one.selection.boxes, other.selection.boxes)
        assert not torch.equal(one.pred_score, other.pred_score)
