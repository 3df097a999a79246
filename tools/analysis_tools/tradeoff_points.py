"""Which points of a trade-off are measured: sweeps and their baselines."""
import inspect
import itertools
from ast import literal_eval
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.evaluator import Evaluator

from mmaction_sampler.evaluation import CostMetric

#: Short names of keys of the config.
SHORT_NAMES = dict(
    T='model.num_candidates', N='model.num_selected', K='model.num_selected',
    P='model.patch_size', alpha='model.policy.alpha',
    clip_pattern='model.clip_pattern', num_clips='model.num_clips',
    keep_ratio='model.keep_ratio')
#: Mean GFLOPs of a video, for which exit thresholds are solved.
EXIT_GFLOPS = 'exit_gflops'
#: Frames after which all videos leave.
EXIT_FRAMES = 'exit_frames'
#: Sweeps that are no keys of a config -> an option of the models they fit.
_SOLVED = {EXIT_GFLOPS: 'conditional_exit', EXIT_FRAMES: 'conditional_exit'}
# Sweeps whose thresholds are found on threshold_dataloader, or else on the
# validation set.
_ON_VALIDATION = (EXIT_GFLOPS, SHORT_NAMES['keep_ratio'])

Settings = Dict[str, Any]
Edit = Callable[[Config], None]


class Sweep(NamedTuple):
    """Values of one thing.

    Attributes:
        name (str): As given on the command line.
        key (str): Key of the config, or one of those solved for.
        values (list): What it takes in turn.
    """
    name: str
    key: str
    values: List[Any]


class Point(NamedTuple):
    """A recognizer to test.

    Attributes:
        curve (str): Name of the line in the plot that it is on.
        label (str): What stands beside it in the plot.
        config (str): Path of the config.
        checkpoint (str): Path or address of the weights.
        settings (dict): Key of the config, or of what is solved -> value.
        is_baseline (bool): Whether nothing is learned in the selection.
        edit (Callable, optional): What makes the config the baseline's.
    """
    curve: str
    label: str
    config: str
    checkpoint: str
    settings: Settings
    is_baseline: bool = False
    edit: Optional[Edit] = None


class Baseline(NamedTuple):
    """The same networks without anything learned in the selection.

    Attributes:
        name (str): What it does.
        key (str): What varies along its curve.
        edit (Callable): Changes the config in place.
    """
    name: str
    key: str
    edit: Edit


def parse_sweep(text: str) -> Sweep:
    """Read ``KEY=V1,V2,...``.

    Args:
        text (str): The key may be a short one.

    Returns:
        Sweep: Numbers as numbers, all else as text.

    Raises:
        ValueError: If it is no such text.
    """
    name, equals, values = text.partition('=')
    parts = [part.strip() for part in values.split(',')]
    if not name or not equals or not all(parts):
        raise ValueError(
            f'a sweep is KEY=VALUE,VALUE,..., but got {text!r}')
    return Sweep(name, SHORT_NAMES.get(name, name), list(map(_value, parts)))


def _value(text: str) -> Any:
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def fits(cfg: Config, key: str) -> bool:
    """Whether a config can take other values of a key.

    Args:
        cfg (Config): The config.
        key (str): A dotted key, or one of those solved for.

    Returns:
        bool: True if the key is there, or its model has such an option.
    """
    options = inspect.signature(MODELS.get(cfg.model.type)).parameters
    if key in _SOLVED:
        return _SOLVED[key] in options
    *parents, last = key.split('.')
    if parents == ['model'] and last in options:
        return True
    node = cfg.to_dict()
    for name in parents:
        node = node.get(name) if isinstance(node, dict) else None
    return isinstance(node, dict) and last in node


def points_of(curve: str, path: str, checkpoint: str, cfg: Config,
              sweeps: Sequence[Sweep]) -> List[Point]:
    """Points of one config: all combinations of the sweeps that fit it.

    Args:
        curve (str): Name of its line. Every combination of all but the last
            sweep has a line of its own.
        path (str): Path of the config.
        checkpoint (str): Its weights.
        cfg (Config): The config, as it is.
        sweeps (Sequence[Sweep]): All sweeps of the command.

    Returns:
        list[Point]: One if no sweep fits, the config as it is.
    """
    own = [sweep for sweep in sweeps if fits(cfg, sweep.key)]
    points = []
    for values in itertools.product(*(sweep.values for sweep in own)):
        named = [f'{s.name}={v}' for s, v in zip(own, values)]
        points.append(Point(
            ', '.join([curve, *named[:-1]]), named[-1] if named else '',
            path, checkpoint,
            {s.key: v for s, v in zip(own, values)}))
    return points


def refuse_incomplete(path: str, cfg: Config,
                      points: Sequence[Point]) -> None:
    """See that a config has what its points are measured with.

    Now, as it would come out after the first point's hours otherwise.

    Args:
        path (str): Path of the config.
        cfg (Config): The config, as it is.
        points (Sequence[Point]): Its points.

    Raises:
        ValueError: If it gives no cost, or no validation set to solve on.
    """
    metrics = Evaluator(cfg.get('test_evaluator') or []).metrics
    if not any(metric.prefix == CostMetric.default_prefix
               for metric in metrics):
        raise ValueError(
            f"the test_evaluator of {path} has no CostMetric, whose "
            f"figures are drawn; add dict(type='CostMetric') there")
    solved = {key for point in points for key in point.settings
              if key in _ON_VALIDATION}
    if solved and not (cfg.get('threshold_dataloader')
                       or cfg.get('val_dataloader')):
        raise ValueError(
            f'{path} has no val_dataloader, on which '
            f'{", ".join(sorted(solved))} is solved for; add one or leave out '
            f'that sweep')


def baseline_points(curve: str, path: str, checkpoint: str, cfg: Config,
                    sweeps: Sequence[Sweep],
                    values: Sequence[int]) -> List[Point]:
    """Points of the uniform baseline of one config.

    Args:
        curve (str): Name of the config's own line.
        path (str): Path of the config.
        checkpoint (str): Its weights; the baseline takes what it needs.
        cfg (Config): The config, as it is.
        sweeps (Sequence[Sweep]): The sweeps; a sweep of what varies along
            the baseline's curve says which values it takes.
        values (Sequence[int]): Otherwise these, up to the config's maximum.

    Returns:
        list[Point]: None if nothing is known to compare the model with.
    """
    baseline = baseline_of(cfg)
    if baseline is None:
        return []
    swept = [v for s in sweeps if s.key == baseline.key for v in s.values]
    most = cfg.model.get('num_candidates') or cfg.model.get('num_clips')
    chosen = swept or [v for v in values if most is None or v <= most]
    name = f'{curve}: {baseline.name}'
    return [Point(name, str(value), path, checkpoint, {baseline.key: value},
                  is_baseline=True, edit=baseline.edit)
            for value in sorted(set(chosen))]


def baseline_of(cfg: Config) -> Optional[Baseline]:
    """What a config is compared with, by the type of its model."""
    kind = MODELS.get(cfg.model.type).__name__
    return dict(
        OCSampler=Baseline('uniform frames', 'model.num_selected',
                           _uniform_frames),
        OCSamplerPlus=Baseline('uniform frames', 'model.num_selected',
                               _uniform_frames),
        AdaFocusPlus=Baseline('patches of fewer, uniform frames',
                              'model.num_candidates', _without_skipping),
        AdaFocus=Baseline('patches of fewer, uniform frames',
                          'model.num_candidates', _as_it_is),
        AdaFocusV2=Baseline('fixed length', EXIT_FRAMES, _as_it_is),
        FASTER=Baseline('uniform expensive clips', 'model.num_clips',
                        _expensive_clips),
        SCSampler=Baseline('uniform clips', 'model.num_selected',
                           _uniform_clips)).get(kind)


def _uniform_frames(cfg: Config) -> None:
    model = cfg.model
    kept = {key: model[key] for key in (
        'classifier', 'num_candidates', 'channels_last', 'fold_norm',
        'data_preprocessor') if key in model}
    cfg.model = dict(
        kept, type='OCSampler', num_selected=1,
        policy=dict(type='UniformPolicy', num_selected=1))


def _without_skipping(cfg: Config) -> None:
    cfg.model.type = 'AdaFocus'
    for key in ('skip_policy', 'skip_reward', 'keep_ratio'):
        cfg.model.pop(key, None)


def _as_it_is(cfg: Config) -> None:
    """Only the key varies."""


def _expensive_clips(cfg: Config) -> None:
    cfg.model.clip_pattern = '1:0'
    cfg.model.cheap_model = None


def _uniform_clips(cfg: Config) -> None:
    cfg.model.policy = dict(type='UniformClips')
    cfg.model.visual_saliency_net = cfg.model.audio_saliency_net = None
