"""Read an authors' checkpoint, check it against our model, write ours."""
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, NamedTuple

import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor

from mmaction_sampler.whole_file import whole_file

_PACKAGE = Path(__file__).resolve().parents[2]


class Conversion(NamedTuple):
    """The tensors of an authors' checkpoint and what they become.

    Attributes:
        config (str): Name of the config in ``configs/official`` that loads
            them, without ``.py``.
        names (dict[str, str]): Authors' name -> our name, for every tensor
            that we take.
        state (Mapping[str, Tensor]): Tensors by the authors' names.
    """
    config: str
    names: Dict[str, str]
    state: Mapping[str, Tensor]

    @property
    def state_dict(self) -> Dict[str, Tensor]:
        """Tensors by our names."""
        return {ours: self.state[key] for key, ours in self.names.items()}


# From what a file holds, and its path for messages, to our names.
Converter = Callable[[Mapping[str, Any], str], Conversion]


def convert_checkpoint(converter: Converter, source: str,
                       target: str) -> Conversion:
    """Turn an authors' checkpoint into one of our model.

    Nothing of the file but tensors and plain containers is unpickled. The
    target appears complete or not at all.

    Args:
        converter (Converter): That of the method.
        source (str): The authors' file.
        target (str): The file to write; overwritten if it is there.

    Returns:
        Conversion: What was written; its config loads the target with no
        missing and no unexpected key.

    Raises:
        FileNotFoundError: If there is no source.
        ValueError: If the target is the source, or the source is not a
            released checkpoint: the message names the first such key.
    """
    path = Path(target)
    if path.resolve() == Path(source).resolve():
        raise ValueError(
            f'{target} is the authors\' checkpoint itself, which is not '
            f'overwritten; give another path to write to')
    checkpoint = CheckpointLoader.load_checkpoint(source, map_location='cpu')
    conversion = converter(checkpoint, source)
    _check_fits(conversion, source)
    meta = dict(
        converted_from=Path(source).name, official_config=conversion.config)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        torch.save(dict(meta=meta, state_dict=conversion.state_dict), part)
    return conversion


def state_dict_of(checkpoint: Mapping[str, Any],
                  source: str) -> Mapping[str, Tensor]:
    """The tensors under ``state_dict``.

    Raises:
        ValueError: If there are none, or something else is among them.
    """
    state = checkpoint.get('state_dict')
    if not isinstance(state, Mapping):
        raise ValueError(
            f'{source} has no state_dict, only the keys '
            f'{sorted(map(str, checkpoint))[:5]}; give a released checkpoint, '
            f'unchanged')
    for key, value in state.items():
        if not isinstance(value, Tensor):
            raise ValueError(
                f'{source} holds a {type(value).__name__} under {key!r}, '
                f'not a tensor; give a released checkpoint, unchanged')
    return state


def official_config(name: str) -> Path:
    """Path of a config of ``configs/official``, in sources or a wheel.

    Args:
        name (str): Its name without ``.py``.

    Returns:
        Path: The file. In a wheel its name begins with ``official_``.

    Raises:
        FileNotFoundError: If neither place has it.
    """
    places = (_PACKAGE.parent / 'configs/official' / f'{name}.py',
              _PACKAGE / '.mim/configs/official' / f'official_{name}.py')
    for path in places:
        if path.is_file():
            return path
    raise FileNotFoundError(
        f'config {name} is neither {places[0]} nor {places[1]}; install '
        f'mmaction_sampler again')


def _check_fits(conversion: Conversion, source: str) -> None:
    """Compare names and shapes with the model of the config.

    Raises:
        ValueError: At the first tensor that does not fit or is missing.
    """
    path = official_config(conversion.config)
    cfg = Config.fromfile(path)
    init_default_scope(cfg.default_scope)
    with torch.device('meta'):  # shapes alone
        wanted = MODELS.build(cfg.model).state_dict()
    for key, ours in conversion.names.items():
        if ours not in wanted:
            raise ValueError(
                f'{source} has the key {key!r}, which becomes {ours!r}, but '
                f'the model of {path} has no such parameter; give a released '
                f'checkpoint, unchanged')
        shape, expected = conversion.state[key].shape, wanted[ours].shape
        if shape != expected:
            raise ValueError(
                f'{source} has {key!r} of shape {tuple(shape)}, but the '
                f'model of {path} has {ours!r} of shape {tuple(expected)}; '
                f'only checkpoints of that architecture can be converted')
    missing = sorted(set(wanted) - set(conversion.names.values()))
    if missing:
        raise ValueError(
            f'{source} lacks {len(missing)} of {len(wanted)} parameters of '
            f'the model of {path}, first what would become {missing[0]!r}; '
            f'give a released checkpoint, unchanged')
