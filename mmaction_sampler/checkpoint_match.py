"""Whether a checkpoint is this model's, key by key."""
from typing import Any, List, Mapping

from torch import nn


def unmatched_keys(model: nn.Module, checkpoint: Mapping[str, Any],
                   path: str) -> List[str]:
    """Parameters and buffers that a checkpoint does not fill.

    Args:
        model (nn.Module): The model, without a distributed wrapper.
        checkpoint (Mapping): What the file holds: weights, or a dict with
            ``state_dict``; the prefix ``module.`` of a wrapper is ignored.
        path (str): Its path, for messages.

    Returns:
        list[str]: Keys of the model that are missing in the checkpoint or
        have another shape there.

    Raises:
        ValueError: If nothing of the checkpoint fits.
    """
    state = checkpoint.get('state_dict', checkpoint)
    state = {k[7:] if k.startswith('module.') else k: v
             for k, v in state.items()}
    wanted = model.state_dict()
    unmatched = [
        k for k, v in wanted.items()
        if k not in state or getattr(state[k], 'shape', None) != v.shape]
    if len(unmatched) == len(wanted):
        raise ValueError(
            f'{path} is a checkpoint of another model: it has none of the '
            f'{len(wanted)} parameters of {type(model).__name__} (its first '
            f'key is {next(iter(state), None)!r}); a checkpoint of one '
            f'component goes into model.component_checkpoints')
    return unmatched


def refuse_unmatched(unmatched: List[str], path: str) -> None:
    """Stop where every parameter has to come from the checkpoint.

    Args:
        unmatched (list[str]): What :func:`unmatched_keys` gave.
        path (str): Path of the checkpoint, for the message.

    Raises:
        ValueError: If there is any unmatched key.
    """
    if unmatched:
        raise ValueError(
            f'checkpoint {path} does not fit the model: {len(unmatched)} '
            f'parameters are missing there or have another shape, first '
            f'{unmatched[0]!r}; use the config that it was trained with')
