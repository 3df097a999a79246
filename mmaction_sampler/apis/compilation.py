"""Testing with ``torch.compile``."""
from torch import nn

from mmaction_sampler.models.recognizers import SCSampler
from mmaction_sampler.models.wrapper import unwrapped


def compile_for_testing(model: nn.Module) -> None:
    """Let a recognizer's forward passes be compiled when they first run.

    On a CPU weights are frozen, too: batch norms and activations become part
    of the convolutions, and weights lie as these want them. That is why it is
    for testing alone, with gradients off. Needs a C++ compiler; a batch of
    another size is compiled anew.

    Args:
        model (nn.Module): A recognizer in eval mode, its weights loaded or
            not, on its device, maybe in a distributed wrapper.

    Raises:
        ValueError: If it is an SCSampler, whose streams are no tensors.
    """
    model = unwrapped(model)
    if isinstance(model, SCSampler):
        raise ValueError('SCSampler cannot be compiled, its clip streams are '
                         'no tensors: leave --compile out')
    on_cpu = next(model.parameters()).device.type == 'cpu'
    model.compile(options=dict(freezing=True) if on_cpu else None)
