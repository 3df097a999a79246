"""BF16OptimWrapper trains every stage in bfloat16, weights in float32."""
import pytest
import torch
from helpers import (build_runner, samples, tiny_adafocus, tiny_config,
                     tiny_ocsampler)
from mmaction.registry import MODELS
from mmengine.optim import build_optim_wrapper

from mmaction_sampler.apis.config_edits import enable_amp

WRAPPER = dict(type='BF16OptimWrapper', optimizer=dict(type='SGD', lr=0.1))


def conv_dtypes(network):
    """What the first convolution gives, from now on."""
    dtypes = set()
    conv = next(m for m in network.modules()
                if isinstance(m, torch.nn.Conv2d))
    conv.register_forward_hook(
        lambda module, inputs, output: dtypes.add(output.dtype))
    return dtypes


@pytest.mark.parametrize('config, name, stages', [
    (tiny_ocsampler(), 'skim_network', ('warmup', 'policy')),
    (tiny_adafocus(), 'local_cnn', ('warmup', 'policy', 'finetune'))])
def test_a_step_of_every_stage(config, name, stages):
    torch.manual_seed(0)
    model = MODELS.build(config)
    model.init_weights()
    dtypes = conv_dtypes(getattr(model, name))
    data = dict(
        inputs=[torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)
                for _ in range(3)],
        data_samples=samples([0, 1, 2]))
    for stage in stages:
        model.set_stage(stage)
        model.train()
        optim_wrapper = build_optim_wrapper(model, dict(
            WRAPPER, clip_grad=dict(max_norm=1.), accumulative_counts=1))
        before = {k: p.clone() for k, p in model.named_parameters()}
        log = model.train_step(dict(data), optim_wrapper)
        assert torch.isfinite(log['loss'])
        changed = {k.split('.')[0] for k, p in model.named_parameters()
                   if not torch.equal(p, before[k])}
        assert changed <= set(model.STAGES[stage]) and changed
        assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert dtypes == {torch.bfloat16}


def test_a_run_with_stages(ann_file, tmp_path):
    cfg = tiny_config(ann_file, tmp_path / 'work')
    enable_amp(cfg)
    runner = build_runner(cfg)
    dtypes = conv_dtypes(runner.model.skim_network)
    runner.train()
    # Validation is in float32, as with MMEngine's wrapper.
    assert torch.bfloat16 in dtypes
    assert type(runner.optim_wrapper).__name__ == 'BF16OptimWrapper'
