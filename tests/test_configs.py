"""Every shipped config, without data, weights or a network connection."""
import re
from pathlib import Path
from typing import Any, Iterator, List

import pytest
import torch
from helpers import REPOSITORY
from mmaction.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from mmengine.config import Config

CONFIGS = REPOSITORY / 'configs'
FILES = sorted(CONFIGS.rglob('*.py'))
RUNNABLE = [path for path in FILES if '_base_' not in path.parts]
SAMPLERS = ('SampleCandidateFrames', 'SampleGlanceFocusFrames')
ALIASES = [path for path in RUNNABLE if path.parent == CONFIGS]


def name_of(path: Path) -> str:
    """Path below the configs."""
    return path.relative_to(CONFIGS).as_posix()


def pipelines(node: Any) -> Iterator[List[dict]]:
    """Every pipeline at any depth of a config."""
    children = node.values() if isinstance(node, dict) else (
        node if isinstance(node, (list, tuple)) else ())
    if isinstance(node, dict):
        for key, value in node.items():
            if key.endswith('pipeline'):
                yield value
    for child in children:
        yield from pipelines(child)


@pytest.fixture(params=RUNNABLE, ids=name_of)
def cfg(request: pytest.FixtureRequest,
        monkeypatch: pytest.MonkeyPatch) -> Config:
    """A config, read where every download is an error."""

    def refuse(*args: object) -> None:
        raise AssertionError(f'a download was tried: {args}')

    monkeypatch.setattr('mmengine.runner.checkpoint.load_url', refuse)
    monkeypatch.setattr(torch.hub, 'load_state_dict_from_url', refuse)
    return Config.fromfile(request.param)


def test_builds_its_parts_and_fits_its_stages(cfg: Config) -> None:
    model = MODELS.build(cfg.model)
    hook, = [h for h in cfg.custom_hooks if h.type == 'TrainingStageHook']
    stages = HOOKS.build(hook).stages
    names = [stage['name'] for stage in stages]
    # All of the model's stages, or some of them, in its order.
    assert names == [name for name in model.STAGES if name in names]
    assert cfg.train_cfg.max_epochs == sum(s['epochs'] for s in stages)
    found = list(pipelines(cfg.to_dict()))
    assert len(found) >= 3
    for pipeline in found:
        for transform in pipeline:
            TRANSFORMS.build(transform)
        sampled, = [TRANSFORMS.build(t) for t in pipeline
                    if t['type'] in SAMPLERS]
        assert sampled.num_candidates == model.num_candidates
        for name in ('num_glance', 'num_focus'):
            if hasattr(sampled, name):
                assert getattr(sampled, name) == getattr(model, name)
    for config in [*cfg.default_hooks.values(), *cfg.custom_hooks]:
        HOOKS.build(config)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        for config in evaluator:
            METRICS.build(config)


def test_has_what_every_config_needs(cfg: Config) -> None:
    assert cfg.custom_imports == dict(
        imports=['mmaction_sampler'], allow_failed_imports=False)
    assert cfg.default_scope == 'mmaction'
    assert cfg.auto_scale_lr.enable is False
    assert cfg.auto_scale_lr.base_batch_size >= 1
    for loop in ('train', 'val', 'test'):
        assert cfg[f'{loop}_cfg'] and cfg[f'{loop}_dataloader'], loop
    assert cfg.test_pipeline
    metrics = {evaluator.type for evaluator in cfg.test_evaluator}
    assert 'CostMetric' in metrics


def test_base_batch_size_is_the_one_in_the_name() -> None:
    """``4xb16`` in a name: 4 GPUs, 16 videos each."""
    checked = 0
    for path in RUNNABLE:
        named = re.search(r'_(\d+)xb(\d+)-', path.stem)
        if named:
            gpus, batch = (int(number) for number in named.groups())
            cfg = Config.fromfile(path)
            assert cfg.train_dataloader.batch_size == batch, path
            assert cfg.auto_scale_lr.base_batch_size == gpus * batch, path
            checked += 1
    assert checked


@pytest.mark.parametrize('path', ALIASES, ids=name_of)
def test_alias_is_one_line(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines()
             if line.strip() and not line.startswith('#')]
    assert len(lines) == 1 and lines[0].startswith('_base_ = ')
    target = lines[0].removeprefix('_base_ = ').strip('\'"')
    assert (CONFIGS / target).is_file()
    assert '_base_' not in Path(target).parts


def test_file_names_are_unique() -> None:
    """MIM finds a config by its bare name."""
    names = [path.name for path in FILES]
    assert sorted(names) == sorted(set(names))
