"""Which checkpoints are taken for the model's own."""
import pickle
from pathlib import Path
from typing import Dict

import pytest
import torch
from helpers import (REPOSITORY, build_runner, run_python, tiny_classifier,
                     tiny_config, tiny_ocsampler)
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MessageHub
from torch import Tensor


class Malice:
    """Unpickling it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return Path.touch, (self.marker, )


@pytest.fixture
def cfg(ann_file: Path, tmp_path: Path) -> Config:
    """A run of one epoch."""
    cfg = tiny_config(ann_file, tmp_path / 'work')
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.custom_hooks[0].stages = [dict(name='warmup', epochs=1)]
    return cfg


def weights() -> Dict[str, Tensor]:
    return MODELS.build(tiny_ocsampler()).state_dict()


def without_policy() -> Dict[str, Tensor]:
    return {k: v for k, v in weights().items() if not k.startswith('policy')}


def of_more_classes() -> Dict[str, Tensor]:
    state = weights()
    key = 'classifier.cls_head.fc_cls.bias'
    state[key] = torch.cat([state[key]] * 2)
    return state


def save(cfg: Config, state: Dict[str, Tensor], **meta) -> None:
    """Write a checkpoint and let the run load it."""
    path = Path(cfg.work_dir).with_suffix('.pth')
    torch.save(
        dict(state_dict=state, meta=dict(epoch=0, iter=0, **meta),
             message_hub=MessageHub('saved').state_dict()), path)
    cfg.load_from = str(path)


@pytest.mark.parametrize('action', ['train', 'val', 'test'])
def test_another_model_is_refused(cfg: Config, action: str) -> None:
    save(cfg, MODELS.build(tiny_classifier()).state_dict())
    with pytest.raises(ValueError) as error:
        getattr(build_runner(cfg), action)()
    message = str(error.value)
    assert message.startswith(
        f'{cfg.load_from} is a checkpoint of another model: it has none of '
        'the')
    assert "OCSampler (its first key is 'backbone.conv1" in message
    assert 'model.component_checkpoints' in message


@pytest.mark.parametrize('state, missing', [
    (without_policy, "first 'policy."),
    (of_more_classes, "1 parameters are missing there or have another shape, "
     "first 'classifier.cls_head.fc_cls.bias'")])
@pytest.mark.parametrize('action', ['resume', 'val', 'test'])
def test_incomplete_checkpoint_is_refused(cfg: Config, action: str, state,
                                          missing: str) -> None:
    save(cfg, state())
    cfg.resume = action == 'resume'
    runner = build_runner(cfg)
    with pytest.raises(ValueError) as error:
        getattr(runner, 'train' if cfg.resume else action)()
    assert f'{cfg.load_from} does not fit the model' in str(error.value)
    assert missing in str(error.value)


@pytest.mark.parametrize('state', [without_policy, of_more_classes])
def test_incomplete_checkpoint_is_taken_for_fine_tuning(
        cfg: Config, state) -> None:
    """Validation during training, and testing after it, go on."""
    save(cfg, state())
    runner = build_runner(cfg)
    runner.train()
    assert 'acc/top1' in runner.test()


def test_weights_wrapped_for_several_processes_are_taken(
        cfg: Config) -> None:
    save(cfg, {f'module.{k}': v for k, v in weights().items()})
    assert 'acc/top1' in build_runner(cfg).test()


def test_config_text_in_a_checkpoint_is_not_run(cfg: Config,
                                                tmp_path: Path) -> None:
    marker = tmp_path / 'marker'
    code = f'opened = open({str(marker)!r}, "w").name\n'
    save(cfg, weights(), config=code, experiment_name='other', time='')
    cfg.resume = True
    runner = build_runner(cfg)
    runner.train()
    assert runner.epoch == 1
    assert not marker.exists()
    Config.fromstring(code, file_format='.py')
    assert marker.exists()  # the text would have done it


@pytest.mark.parametrize('script, write', [
    ('train', lambda malice, path: torch.save(dict(state_dict=malice), path)),
    ('test', lambda malice, path: path.write_bytes(pickle.dumps(malice)))])
def test_scripts_refuse_code_in_a_checkpoint(cfg: Config, tmp_path: Path,
                                             script: str, write) -> None:
    marker, path = tmp_path / 'marker', tmp_path / 'evil.pth'
    write(Malice(marker), path)
    config = tmp_path / 'config.py'
    cfg.dump(config)
    options = dict(train=['--cfg-options', f'load_from={path}'],
                   test=[str(path)])
    result = run_python(tmp_path, str(REPOSITORY / f'tools/{script}.py'),
                        str(config), *options[script])
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith(
        f'ValueError: Checkpoint {path} is refused: it '), last
    assert 'a pickle can run any code' in last
    assert not marker.exists()
