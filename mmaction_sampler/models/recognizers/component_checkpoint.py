"""Loading components, or parts of them, from MMAction2 checkpoints."""
from typing import Any, Dict, Iterator, Mapping, Sequence, Tuple, Union

from mmengine.logging import MMLogger
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn

ComponentCheckpoint = Union[str, Dict[str, str]]


def checkpoint_targets(checkpoints: Mapping[str, Any],
                       components: Sequence[str],
                       model: str) -> Dict[str, ComponentCheckpoint]:
    """What to load into which component, or part of one.

    Args:
        checkpoints (Mapping): ``component_checkpoints`` of a recognizer.
        components (Sequence[str]): Names of its components.
        model (str): Its name, for messages.

    Returns:
        dict: Checkpoint by component (``classifier``) or part of one
        (``classifier.backbone``).

    Raises:
        ValueError: If a name is not that of a component, or a checkpoint has
            an unknown key.
    """
    targets = dict(_flatten(checkpoints))
    for name, checkpoint in targets.items():
        if name.split('.')[0] not in components:
            raise ValueError(
                f'component_checkpoints names {name!r}, but {model} has the '
                f'components {", ".join(components)}')
        if isinstance(checkpoint, Mapping):
            unknown = sorted(set(checkpoint) - {'checkpoint', 'prefix'})
            if unknown:
                raise ValueError(
                    f'component_checkpoints has {unknown[0]!r} beside the '
                    f'checkpoint of {name!r}; give checkpoint and prefix '
                    f'alone, and parts of {name!r} by dotted names')
    return targets


def _flatten(checkpoints: Mapping[str, Any],
             path: str = '') -> Iterator[Tuple[str, ComponentCheckpoint]]:
    """Dotted name and checkpoint of every entry, nested or not."""
    for name, value in checkpoints.items():
        if isinstance(value, Mapping) and 'checkpoint' not in value:
            yield from _flatten(value, f'{path}{name}.')
        else:
            yield f'{path}{name}', value


def load_component(model: nn.Module, name: str,
                   checkpoint: ComponentCheckpoint) -> None:
    """Load every parameter of a component or part, or none and an error.

    What the checkpoint has beside them is left out. Batch normalisation's
    counts ``num_batches_tracked``, which old checkpoints lack, may be missing.

    Args:
        model (nn.Module): The recognizer that has the component.
        name (str): ``classifier`` or ``classifier.backbone``.
        checkpoint (str | dict): Path or URL of a checkpoint of exactly this
            network, or ``dict(checkpoint=path, prefix='backbone.')`` for the
            part of a larger one whose keys start with ``prefix``.

    Raises:
        FileNotFoundError: If the file is missing.
        ValueError: If the model has no such part, or a parameter is missing
            or has another shape.
    """
    component = _find(model, name)
    if isinstance(checkpoint, str):
        checkpoint = dict(checkpoint=checkpoint, prefix='')
    path, prefix = checkpoint['checkpoint'], checkpoint.get('prefix', '')
    try:
        loaded = CheckpointLoader.load_checkpoint(path, map_location='cpu')
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f'{error} It is for component {name!r}: train that network '
            f'first, as the head of the config says, or set '
            f'model.component_checkpoints.{name} to its weights.') from error
    state: Dict[str, Tensor] = loaded.get('state_dict', loaded)
    state = {k[len(prefix):]: v for k, v in state.items()
             if k.startswith(prefix)}
    wanted = {k: v for k, v in component.state_dict().items()
              if k in state or not k.endswith('num_batches_tracked')}
    wrong = [k for k, v in wanted.items()
             if k not in state or state[k].shape != v.shape]
    if wrong:
        found = ('has no such key' if wrong[0] not in state else
                 f'has shape {tuple(state[wrong[0]].shape)} there')
        raise ValueError(
            f'checkpoint {path} does not fit component {name!r}: '
            f'{len(wrong)} of {len(wanted)} parameters do not match, first '
            f'{prefix + wrong[0]!r} {tuple(wanted[wrong[0]].shape)}, which '
            f'{found}; give a checkpoint of this network, the prefix under '
            f'which it stands, or the part that fits, as in '
            f"component_checkpoints={{'classifier.backbone': "
            f"dict(checkpoint=..., prefix='backbone.')}}")
    component.load_state_dict({k: state[k] for k in wanted})
    MMLogger.get_current_instance().info(
        f'component {name!r}: {len(wanted)} tensors loaded from {path}')


def _find(model: nn.Module, name: str) -> nn.Module:
    """The component or part of that dotted name."""
    part, path = model, type(model).__name__
    for key in name.split('.'):
        parts = dict(part.named_children())
        if key not in parts:
            raise ValueError(
                f'component_checkpoints names {name!r}, but {path} was built '
                f'with no part {key!r}; it has {", ".join(parts)}')
        part, path = parts[key], key
    return part
