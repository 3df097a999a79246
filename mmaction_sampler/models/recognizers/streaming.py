"""What online recognition asks of a model."""
from torch import nn


def refuse_training_mode(model: nn.Module) -> None:
    """Stop before a stream runs through a model in training mode.

    Batch normalisation would take the statistics of single frames.

    Args:
        model (nn.Module): A recognizer.

    Raises:
        ValueError: If the model is in training mode.
    """
    if model.training:
        raise ValueError('streaming needs a model in eval mode; call '
                         'model.eval() first')
