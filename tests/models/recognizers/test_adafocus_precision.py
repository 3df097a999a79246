"""The AdaFocus family in mixed precision, as far as a CPU has it.

AdaFocusV2 itself: ``test_adafocus_v2.py``.
"""
import pytest
import torch
from helpers import candidates, samples, tiny_adafocus, tiny_adafocus_tsm
from helpers_adafocus_v2 import tiny_adafocus_v2_tsm
from mmaction.registry import MODELS

LABELS = [0, 1, 2]
SKIP_POLICY = dict(
    type='SkipPolicy', in_channels=1280, feature_size=1, encoder_channels=4,
    hidden_channels=8)


@pytest.mark.parametrize('config', [
    tiny_adafocus(),
    tiny_adafocus(kind='AdaFocusPlus', skip_policy=SKIP_POLICY),
    tiny_adafocus_tsm(),
    tiny_adafocus_tsm('ContinuousPatchPolicy'),
    tiny_adafocus_v2_tsm(),
], ids=lambda config: f'{config["type"]}-{config["policy"]["type"]}')
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
