"""Every shipped config, without data, weights or a network connection."""
import copy
import re
from pathlib import Path
from typing import Any, Iterator, List, Tuple

import pytest
import torch
from helpers import REPOSITORY, mim_name, undrawn_weights
from mmaction.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope

from mmaction_sampler.models.recognizers import ComponentRecognizer

CONFIGS = REPOSITORY / 'configs'
FILES = sorted(CONFIGS.rglob('*.py'))
RUNNABLE = [path for path in FILES if '_base_' not in path.parts]
ALIASES = [path for path in RUNNABLE if path.parent == CONFIGS]
# Transforms that choose a video's frames; a pipeline has one of them.
SAMPLERS = ('SampleCandidateFrames', 'SampleFrames',
            'SampleGlanceFocusFrames', 'SampleSelectedFrames',
            'SampleVideoClips')


def name_of(path: Path) -> str:
    """Path below the configs."""
    return path.relative_to(CONFIGS).as_posix()


def pipelines(node: Any) -> Iterator[List[dict]]:
    """Every pipeline at any depth of a config, save those inside of one."""
    children = node if isinstance(node, (list, tuple)) else ()
    if isinstance(node, dict):
        found = [key for key in node if key.endswith('pipeline')]
        yield from (node[key] for key in found)
        children = [node[key] for key in node if key not in found]
    for child in children:
        yield from pipelines(child)


@pytest.fixture(scope='module', params=RUNNABLE, ids=name_of)
def built(request: pytest.FixtureRequest) -> Tuple[Config, BaseModel]:
    """A config and its model, built where every download is an error."""

    def refuse(*args: object) -> None:
        raise AssertionError(f'a download was tried: {args}')

    init_default_scope('mmaction')  # comes before each test's own
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmengine.runner.checkpoint.load_url', refuse)
        patch.setattr(torch.hub, 'load_state_dict_from_url', refuse)
        cfg = Config.fromfile(request.param)
        with undrawn_weights():
            return cfg, MODELS.build(copy.deepcopy(cfg.model))


@pytest.fixture
def cfg(built: Tuple[Config, BaseModel]) -> Config:
    """A config that the test may change."""
    return copy.deepcopy(built[0])


def is_ours(cfg: Config) -> bool:
    """Whether the model is one of components, or else MMAction2's own."""
    return issubclass(MODELS.get(cfg.model.type), ComponentRecognizer)


def test_builds_its_parts(cfg: Config, tmp_path: Path,
                          monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(pipelines(cfg.to_dict()))
    assert len(found) >= 3
    monkeypatch.chdir(tmp_path)
    for pipeline in found:
        for transform in pipeline:
            write_selection_file(transform)
            TRANSFORMS.build(transform)
        samplers = [t for t in pipeline if t['type'] in SAMPLERS]
        assert len(samplers) == 1
    for config in [*cfg.default_hooks.values(), *cfg.get('custom_hooks', [])]:
        HOOKS.build(config)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        for config in evaluator:
            METRICS.build(config)


def write_selection_file(transform: dict) -> None:
    """The file that a transform reads, where it expects the file."""
    if 'selection_file' in transform:
        path = Path(transform['selection_file'])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            '{"path": "0.mp4", "total_frames": 9, "frame_inds": [0]}\n')


def test_only_pretrained_weights_are_nearly_kept(
        built: Tuple[Config, BaseModel]) -> None:
    cfg, model = built
    options = cfg.get('optim_wrapper', {}).get('paramwise_cfg') or {}
    for name, option in options.get('custom_keys', {}).items():
        backbone = dict(model.named_modules()).get(name)
        if name.endswith('.backbone') and backbone is not None:
            kept = option.get('lr_mult', 1) < 1
            pretrained = (backbone.init_cfg or {}).get('type') == 'Pretrained'
            assert kept == pretrained, name


def test_a_data_set_has_one_root_and_page(cfg: Config) -> None:
    roots = set(re.findall(r"'data/(\w+)", str(cfg.to_dict())))
    page = (REPOSITORY / 'tools' / 'data' / 'README.md').read_text()
    assert roots <= set(re.findall(r'`data/(\w+)`', page)), roots


def test_policies_that_see_whole_videos_get_no_single_one(
        built: Tuple[Config, BaseModel]) -> None:
    """They normalise over the videos of a batch in training."""
    cfg, model = built
    kinds = ('ContinuousPatchPolicy', 'VideoPatchRegressor')
    if type(getattr(model, 'policy', None)).__name__ in kinds:
        assert cfg.train_dataloader.drop_last


def test_stages_and_candidates_fit_the_model(
        built: Tuple[Config, BaseModel]) -> None:
    cfg, model = built
    hooks = [hook for hook in cfg.get('custom_hooks', [])
             if hook.type == 'TrainingStageHook']
    if not is_ours(cfg):
        assert hooks == []
        return
    hook, = hooks
    stages = HOOKS.build(hook).stages
    names = [stage['name'] for stage in stages]
    # All of the model's stages, or some of them, in its order.
    assert names == [name for name in model.STAGES if name in names]
    assert cfg.train_cfg.max_epochs == sum(s['epochs'] for s in stages)
    for pipeline in pipelines(cfg.to_dict()):
        sampled, = [TRANSFORMS.build(t) for t in pipeline
                    if t['type'] in SAMPLERS]
        if type(sampled).__name__ == 'SampleVideoClips':
            continue  # as many clips as a video has
        for name in ('num_candidates', 'num_glance', 'num_focus', 'num_clips',
                     'clip_len'):
            if hasattr(sampled, name):
                assert getattr(sampled, name) == getattr(model, name)


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
    # Only models of components say what a video cost.
    assert ('CostMetric' in metrics) == is_ours(cfg)


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
    """MIM finds a config by its bare name, in a wheel as the wheel has it."""
    names = [Path(mim_name(path.as_posix())).name for path in FILES]
    assert sorted(names) == sorted(set(names))


def test_uniform_baseline_beside_every_ocsampler() -> None:
    """The same classifier, data and recipe; nothing is skimmed."""
    folder = CONFIGS / 'ocsampler'
    checked = 0
    for path in sorted(folder.glob('ocsampler_*.py')):
        stages = [stage.name for hook in Config.fromfile(path).custom_hooks
                  for stage in hook.stages]
        if stages != ['warmup', 'policy'] or re.search(
                '-(uniform|random|frameexit)_', path.stem):
            continue  # a baseline itself, or a rival's policy stage alone
        checked += 1
        method, networks, setting, data = path.stem.split('_')
        without_stage_2 = setting.rpartition('-')[0]
        baseline, = folder.glob(
            f'{method}_{networks}-uniform_{without_stage_2}*_{data}.py')
        ours, theirs = Config.fromfile(path), Config.fromfile(baseline)
        for key in ('train_dataloader', 'val_dataloader', 'test_dataloader',
                    'val_evaluator', 'test_evaluator', 'optim_wrapper',
                    'auto_scale_lr'):
            assert ours[key] == theirs[key], (path, key)
        for key in ('classifier', 'num_selected', 'data_preprocessor'):
            assert ours.model[key] == theirs.model[key], (path, key)
        assert theirs.model.skim_network is None
        assert theirs.model.policy == dict(
            type='UniformPolicy', num_selected=ours.model.num_selected)
        warmup, = [hook.stages[0] for hook in theirs.custom_hooks]
        assert warmup == ours.custom_hooks[0].stages[0], path
    assert checked >= 12
