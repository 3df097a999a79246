"""A measurement in place of a list of processors."""
import pytest
import torch

from mmaction_sampler.apis import bf16_speed


def test_ratio_of_the_best_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """First calls, which load kernels, and single slow ones do not count."""
    clock = [0.]
    calls = {torch.float32: 0, torch.bfloat16: 0}

    def convolve(images: torch.Tensor, *_, **__) -> None:
        calls[images.dtype] += 1
        slow = 100. if calls[images.dtype] in (1, 3) else 1.
        clock[0] += slow * (3. if images.dtype == torch.bfloat16 else 2.)

    monkeypatch.setattr(bf16_speed.F, 'conv2d', convolve)
    monkeypatch.setattr(bf16_speed.time, 'process_time', lambda: clock[0])
    assert bf16_speed.bf16_slowdown() == 1.5


def test_draws_nothing() -> None:
    """A training's random numbers are what they are without ``--amp``."""
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    assert bf16_speed.bf16_slowdown() > 0
    assert torch.rand(1) == expected
