"""A recognizer with its trained weights, all of them."""
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import CheckpointLoader, load_state_dict
from torch import nn

from mmaction_sampler.checkpoint_match import refuse_unmatched, unmatched_keys
from mmaction_sampler.models.recognizers import ComponentRecognizer


def load_recognizer(cfg: Config, checkpoint: str) -> ComponentRecognizer:
    """Build a recognizer with all of its weights, ready to test.

    Args:
        cfg (Config): Its config.
        checkpoint (str): Path or address of a checkpoint.

    Returns:
        ComponentRecognizer: In eval mode, on the accelerator if there is
        one.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the checkpoint lacks any parameter of the model.
    """
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    model = MODELS.build(cfg.model)
    load_weights(model, checkpoint)
    return model.to(get_device()).eval()


def load_weights(model: nn.Module, checkpoint: str,
                 prefix: str = '') -> None:
    """Load all of a model's weights.

    Args:
        model (nn.Module): The model, without a distributed wrapper.
        checkpoint (str): Path or address of a checkpoint.
        prefix (str): What the names of the weights begin with in there, such
            as ``'classifier.'`` where the model is a component. Defaults to
            nothing.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the checkpoint lacks any parameter of the model.
    """
    loaded = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    if prefix:
        state = loaded.get('state_dict', loaded)
        loaded = {k[len(prefix):]: v for k, v in state.items()
                  if k.startswith(prefix)}
    fill_weights(model, loaded, checkpoint)


def fill_weights(model: nn.Module, loaded: dict, checkpoint: str) -> None:
    """Fill all of a model's weights from a checkpoint that is loaded.

    Args:
        model (nn.Module): The model, without a distributed wrapper.
        loaded (dict): What the file holds.
        checkpoint (str): Its path or address, for messages.

    Raises:
        ValueError: If the checkpoint lacks any parameter of the model.
    """
    refuse_unmatched(unmatched_keys(model, loaded, checkpoint), checkpoint)
    state = loaded.get('state_dict', loaded)
    load_state_dict(
        model, {k.removeprefix('module.'): v for k, v in state.items()})
