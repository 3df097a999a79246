"""``--compile``: what is handed to ``torch.compile``."""
import pytest
import torch
from helpers import tiny_ocsampler
from helpers_scsampler import tiny_scsampler
from mmaction.registry import MODELS

from mmaction_sampler.apis.compilation import compile_for_testing


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list:
    """What was compiled with what; no compiler is started."""
    calls = []
    monkeypatch.setattr(torch.nn.Module, 'compile',
                        lambda self, **options: calls.append((self, options)))
    return calls


def test_forward_is_compiled_with_frozen_weights(compiled: list) -> None:
    model = MODELS.build(tiny_ocsampler())
    compile_for_testing(model)
    assert compiled == [(model, dict(options=dict(freezing=True)))]


def test_wrapped_model(compiled: list) -> None:
    from mmengine.model import MMDistributedDataParallel
    wrapper = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
    torch.nn.Module.__init__(wrapper)
    wrapper.module = MODELS.build(tiny_ocsampler())
    compile_for_testing(wrapper)
    assert compiled[0][0] is wrapper.module


def test_streams_are_refused(compiled: list) -> None:
    with pytest.raises(ValueError, match='leave --compile out'):
        compile_for_testing(MODELS.build(tiny_scsampler()))
    assert compiled == []
