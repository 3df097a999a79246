"""Loading one component from an ordinary MMAction2 checkpoint."""
from typing import Dict, Union

from mmengine.logging import MMLogger
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn

ComponentCheckpoint = Union[str, Dict[str, str]]


def load_component(component: nn.Module, name: str,
                   checkpoint: ComponentCheckpoint) -> None:
    """Load every parameter of a component, or nothing and an error.

    Args:
        component (nn.Module): The network to fill.
        name (str): Its name, for messages.
        checkpoint (str | dict): Path or URL of a checkpoint of exactly this
            network, or ``dict(checkpoint=path, prefix='backbone.')`` for the
            part of a larger one whose keys start with ``prefix``.

    Raises:
        FileNotFoundError: If the file is missing.
        ValueError: If a parameter is missing or has another shape.
    """
    if isinstance(checkpoint, str):
        checkpoint = dict(checkpoint=checkpoint, prefix='')
    path, prefix = checkpoint['checkpoint'], checkpoint.get('prefix', '')
    loaded = CheckpointLoader.load_checkpoint(path, map_location='cpu')
    state: Dict[str, Tensor] = loaded.get('state_dict', loaded)
    state = {k[len(prefix):]: v for k, v in state.items()
             if k.startswith(prefix)}
    wanted = component.state_dict()
    wrong = [k for k, v in wanted.items()
             if k not in state or state[k].shape != v.shape]
    if wrong:
        found = ('has no such key' if wrong[0] not in state else
                 f'has shape {tuple(state[wrong[0]].shape)} there')
        raise ValueError(
            f'checkpoint {path} does not fit component {name!r}: '
            f'{len(wrong)} of {len(wanted)} parameters do not match, first '
            f'{prefix + wrong[0]!r} {tuple(wanted[wrong[0]].shape)}, which '
            f'{found}; give a checkpoint of this network, or the prefix '
            f'under which it stands')
    component.load_state_dict({k: state[k] for k in wanted})
    MMLogger.get_current_instance().info(
        f'component {name!r}: {len(wanted)} tensors loaded from {path}')
