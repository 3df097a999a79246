"""Weights that fit a config, and its pipeline for files without labels."""
from pathlib import Path
from typing import Dict, Tuple

import pytest
import torch
from helpers import tiny_classifier, write_video
from helpers_infer import predict, write_recognizer
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor

from mmaction_sampler.apis.inference import load_recognizer, video_pipeline


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


def test_what_is_reported_stays_with_the_sample(
        cfg: Config, weights: tuple, tmp_path: Path) -> None:
    """Whatever the config keeps."""
    cfg.test_pipeline[-1].meta_keys = ('img_shape', )
    sample = predict(load_recognizer(cfg, str(weights[0])),
                     video_pipeline(cfg),
                     str(write_video(tmp_path / 'v.mp4')))
    # The centres of five equal segments of twelve frames.
    assert list(sample.frame_inds) == [1, 3, 6, 8, 10]
    assert sample.filename == str(tmp_path / 'v.mp4')
    assert sample.total_frames == 12 and sample.avg_fps > 0
    # The config is not changed by that.
    assert cfg.test_pipeline[-1].meta_keys == ('img_shape', )


def test_config_without_test_pipeline() -> None:
    with pytest.raises(ValueError, match='has no test_pipeline'):
        video_pipeline(Config(dict(model=dict())))
