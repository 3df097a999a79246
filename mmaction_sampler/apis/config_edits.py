"""Reading configs; what an option changes in one, a function each."""
import inspect
import logging
import os.path as osp
from typing import Any, Dict, Iterator, List, Optional, Sequence

import torch
from mmaction.datasets.transforms import PackActionInputs
from mmengine.config import Config, ConfigDict
from mmengine.device import get_device
from mmengine.logging import print_log

from mmaction_sampler.apis.bf16_speed import bf16_slowdown

_SPLITS = ('train', 'val', 'test', 'threshold')
#: What ``PackActionInputs`` keeps if a config does not say.
_META_KEYS = inspect.signature(PackActionInputs).parameters[
    'meta_keys'].default


def read_config(path: str,
                cfg_options: Optional[Dict[str, Any]] = None) -> Config:
    """Read a config, its loaders in step with its model.

    Args:
        path (str): The file.
        cfg_options (dict, optional): Settings that override the config, by
            dotted keys; ``num_workers=0`` is enough for a loader to have
            none. Defaults to None, no setting.

    Returns:
        Config: The config, see also :func:`sync_num_candidates`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no config, or one without a model.
    """
    if not osp.isfile(path):
        wrong = 'is a folder' if osp.isdir(path) else 'does not exist'
        raise FileNotFoundError(f'Config {path} {wrong}; check the path.')
    if not path.endswith(('.py', '.json', '.yml', '.yaml')):
        raise ValueError(
            f'{path} is no config; the name of one ends in .py')
    try:
        cfg = Config.fromfile(path)
    except SyntaxError as error:
        raise ValueError(f'config {path} is no Python: {error}') from error
    cfg.merge_from_dict(cfg_options or {})
    if not cfg.get('model'):
        raise ValueError(
            f'config {path} has no model; name one that does, such as those '
            f'in configs/')
    sync_num_candidates(cfg)
    _allow_no_workers(cfg)
    return cfg


def enable_amp(cfg: Config) -> None:
    """Turn every optimiser wrapper, stages' included, into its AMP form.

    That is MMEngine's ``AmpOptimWrapper``, which needs an accelerator, or
    without one ``BF16OptimWrapper``.

    Raises:
        ValueError: If a wrapper is of a type that has no AMP form.
    """
    wrappers = {'optim_wrapper': cfg.get('optim_wrapper')}
    for i, hook in enumerate(cfg.get('custom_hooks') or []):
        if hook.get('type') != 'TrainingStageHook':
            continue
        for j, stage in enumerate(hook.get('stages', [])):
            # A stage without one takes the top-level one.
            key = f'custom_hooks[{i}].stages[{j}].optim_wrapper'
            wrappers[key] = stage.get('optim_wrapper')
    if get_device() == 'cpu':
        _warn_of_slow_bf16()
    for key, wrapper in wrappers.items():
        if wrapper is not None:
            _to_amp(key, wrapper)


def _to_amp(key: str, wrapper: ConfigDict) -> None:
    if 'optimizer' not in wrapper:  # one wrapper for each component
        for name, part in wrapper.items():
            if isinstance(part, dict) and 'optimizer' in part:
                _to_amp(f'{key}.{name}', part)
        return
    kind = wrapper.get('type', 'OptimWrapper')
    if kind == 'BF16OptimWrapper':
        return
    if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise ValueError(f'--amp cannot change {key} of type {kind}; use '
                         'OptimWrapper there or leave --amp out.')
    if get_device() == 'cpu':
        wrapper['type'] = 'BF16OptimWrapper'
        for option in ('loss_scale', 'dtype', 'use_fsdp'):
            wrapper.pop(option, None)
        return
    wrapper['type'] = 'AmpOptimWrapper'
    wrapper.setdefault('loss_scale', 'dynamic')


def enable_test_amp(cfg: Config, precision: str) -> None:
    """Let the test loop predict in mixed precision.

    Args:
        cfg (Config): The config, changed in place.
        precision (str): ``'bf16'``, ``'fp16'``, or ``'auto'``, which is bf16
            on a CPU and fp16 elsewhere.

    Raises:
        ValueError: If fp16 is asked for without an accelerator.
    """
    device = get_device()
    if precision == 'auto':
        precision = 'bf16' if device == 'cpu' else 'fp16'
    if device == 'cpu' and precision == 'fp16':
        raise ValueError('--amp fp16 needs an accelerator and this machine '
                         'has none; use --amp bf16.')
    if device == 'cpu':
        _warn_of_slow_bf16()
    # MMEngine's loops take the device's default.
    torch.set_autocast_dtype(device, dict(
        bf16=torch.bfloat16, fp16=torch.float16)[precision])
    cfg.test_cfg.fp16 = True


def _warn_of_slow_bf16() -> None:
    slowdown = bf16_slowdown()
    if slowdown > 1:
        print_log(
            f'--amp: a convolution in bfloat16 takes {slowdown:.1f} times as '
            'long as in float32 on this processor; leave --amp out here.',
            logger='current', level=logging.WARNING)


def keep_ranks_uneven(cfg: Config) -> None:
    """Let no video be tested twice where the ranks do not divide the set.

    MMEngine's sampler repeats videos so that all ranks have equally many,
    and its metrics drop as many results from the end. With a broken video,
    which gives no result, they would keep the repeated one instead.
    """
    for loader in _loaders(cfg, ('val', 'test')).values():
        sampler = loader.get('sampler')
        if sampler and sampler.get('type') == 'DefaultSampler':
            sampler.setdefault('round_up', False)


def _allow_no_workers(cfg: Config) -> None:
    """Drop what needs workers from loaders that are to have none."""
    for loader in _loaders(cfg, _SPLITS).values():
        if loader.get('num_workers') == 0:
            for key in ('persistent_workers', 'prefetch_factor', 'timeout'):
                loader.pop(key, None)


def enable_auto_scale_lr(cfg: Config) -> None:
    """Scale the learning rate from the batch size that the config names.

    Raises:
        ValueError: If the config does not name that batch size.
    """
    scaling = cfg.get('auto_scale_lr')
    if scaling is None or 'base_batch_size' not in scaling:
        raise ValueError(
            '--auto-scale-lr needs the total batch size that the learning '
            'rate was chosen for; add auto_scale_lr = '
            'dict(base_batch_size=...) to the config.')
    scaling['enable'] = True


def set_randomness(cfg: Config, seed: Optional[int], diff_rank_seed: bool,
                   deterministic: bool) -> None:
    """Let what is asked for win over the config, and keep the rest."""
    randomness = cfg.get('randomness') or ConfigDict(seed=None)
    if seed is not None:
        randomness['seed'] = seed
    if diff_rank_seed:
        randomness['diff_rank_seed'] = True
    if deterministic:
        randomness['deterministic'] = True
    cfg.randomness = randomness


def enable_visualization(cfg: Config, show: bool, out_dir: Optional[str],
                         interval: int, wait_time: float) -> None:
    """Switch the visualisation hook on.

    Args:
        cfg (Config): The config, changed in place.
        show (bool): Whether to open a window.
        out_dir (str, optional): Directory for the drawn predictions.
        interval (int): Every how many samples to draw one.
        wait_time (float): Seconds that a window stays.

    Raises:
        ValueError: If the config has no such hook.
    """
    hook = (cfg.get('default_hooks') or {}).get('visualization')
    if hook is None:
        raise ValueError(
            '--show and --show-dir need default_hooks.visualization; add '
            "visualization=dict(type='VisualizationHook') there.")
    hook.update(
        enable=True,
        show=show,
        wait_time=wait_time,
        out_dir=out_dir,
        interval=interval)


def add_dump(cfg: Config, path: str) -> None:
    """Add the metric that writes the predictions to ``path``.

    Raises:
        ValueError: If ``path`` is not named as a pickle file.
    """
    if not path.endswith(('.pkl', '.pickle')):
        raise ValueError(
            f'--dump writes a pickle file, but got {path}; give it a name '
            'that ends in .pkl or .pickle.')
    evaluators = cfg.test_evaluator
    if not isinstance(evaluators, (list, tuple)):
        evaluators = [evaluators]
    cfg.test_evaluator = [
        *evaluators,
        dict(type='DumpResults', out_file_path=path)
    ]


def sync_num_candidates(cfg: Config) -> None:
    """Load as many candidates, or clips, a video as the model expects.

    Every ``SampleCandidateFrames`` in the pipelines, those of hooks' data
    loaders too, gets the model's ``num_candidates``, and every
    ``SampleFrames`` its ``num_clips`` and ``clip_len`` if it has both, so
    that overriding the model's is enough.
    """
    model = cfg.get('model') or {}
    for kind, names in (('SampleCandidateFrames', ('num_candidates', )),
                        ('SampleFrames', ('num_clips', 'clip_len'))):
        if all(model.get(name) is not None for name in names):
            for name in names:
                _sync(cfg, kind, name, model[name])


def _sync(cfg: Config, kind: str, name: str, value: int) -> None:
    """Set an argument of every transform of one kind, and say so."""
    pipelines = {f'{s}_pipeline': cfg.get(f'{s}_pipeline') for s in _SPLITS}
    for key, node in {**_loaders(cfg, _SPLITS), **pipelines}.items():
        for transform in _find_transforms(node, kind):
            given = transform.get(name)
            if given != value:
                transform[name] = value
                print_log(
                    f'{key}: {kind}.{name} {given} -> {value}, as in '
                    f'model.{name}', logger='current')


def _loaders(cfg: Config, splits: Sequence[str]) -> Dict[str, dict]:
    """Data loaders, of some splits and of hooks, by their keys."""
    loaders = {f'{s}_dataloader': cfg.get(f'{s}_dataloader') for s in splits}
    for i, hook in enumerate(cfg.get('custom_hooks') or []):
        loaders[f'custom_hooks[{i}].dataloader'] = hook.get('dataloader')
    return {key: loader for key, loader in loaders.items() if loader}


def keep_meta_keys(node: Any, keys: Sequence[str]) -> None:
    """Let every ``PackActionInputs`` keep these keys with its samples.

    Args:
        node (Any): A pipeline, or a config that holds some at any depth,
            changed in place.
        keys (Sequence[str]): Added to the keys that are kept already.
    """
    for transform in _find_transforms(node, 'PackActionInputs'):
        kept = (*transform.get('meta_keys', _META_KEYS), *keys)
        transform['meta_keys'] = tuple(dict.fromkeys(kept))


def _find_transforms(node: Any, kind: str) -> Iterator[Dict[str, Any]]:
    children: List[Any] = []
    if isinstance(node, dict):
        if node.get('type') == kind:
            yield node
        children = list(node.values())
    elif isinstance(node, (list, tuple)):
        children = list(node)
    for child in children:
        yield from _find_transforms(child, kind)
