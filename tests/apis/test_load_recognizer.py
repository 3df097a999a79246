"""Checkpoints that fit a recognizer, and others."""
from pathlib import Path
from typing import Dict, Tuple

import pytest
import torch
from helpers import tiny_classifier
from helpers_infer import write_recognizer
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor

from mmaction_sampler.apis.load_recognizer import load_recognizer


@pytest.fixture
def cfg(tmp_path: Path) -> Config:
    """An OCSampler's, 2 of 5 candidates."""
    return Config.fromfile(write_recognizer(tmp_path)[0])


@pytest.fixture
def weights(cfg: Config, tmp_path: Path) -> Tuple[Path, Dict[str, Tensor]]:
    """A checkpoint as a distributed run leaves it, and what it holds."""
    path = tmp_path / 'ocsampler.pth'
    state = torch.load(path)['state_dict']
    state = {f'module.{key}': value for key, value in state.items()}
    torch.save(dict(state_dict=state), path)
    return path, state


def test_all_weights_are_loaded(cfg: Config, weights: tuple) -> None:
    path, state = weights
    model = load_recognizer(cfg, str(path))
    assert not model.training
    loaded = model.state_dict()
    assert len(loaded) == len(state)
    for key, value in loaded.items():
        assert torch.equal(value.cpu(), state[f'module.{key}'])


def test_checkpoint_of_another_model(cfg: Config, tmp_path: Path) -> None:
    path = tmp_path / 'other.pth'
    torch.save(MODELS.build(tiny_classifier()).state_dict(), path)
    with pytest.raises(ValueError, match=(
            f'{path} is a checkpoint of another model: it has none of the')):
        load_recognizer(cfg, str(path))


def test_incomplete_checkpoint(cfg: Config, weights: tuple) -> None:
    path, state = weights
    del state['module.policy.projection.bias']
    torch.save(state, path)
    with pytest.raises(ValueError, match=(
            f'{path} does not fit the model: 1 parameters are missing '
            f"there or have another shape, first 'policy.projection.bias'")):
        load_recognizer(cfg, str(path))
