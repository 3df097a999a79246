"""How networks keep and give their feature maps."""
from typing import Callable, Tuple, Union

import torch
from torch import Tensor, nn

# A pass of a 2D network keeps several times its input. On a CPU, what does
# not fit the caches waits for memory. Found by measuring; see
# docs/performance.md.
_PASS_BYTES = 32 * 2**20

# Channels of the largest block of oneDNN's kernels, those of AVX-512.
_BLOCK_CHANNELS = 16


def use_channels_last(module: nn.Module) -> None:
    """Keep the weights of all 2D convolutions in channels-last layout.

    Their passes then run in that layout whatever they are given; on a CPU
    they take about two thirds of the time, with the same results to
    rounding. Strided 1x1 convolutions of few channels stay contiguous.

    Args:
        module (nn.Module): Changed in place.
    """
    for submodule in module.modules():
        if not isinstance(submodule, nn.Conv2d):
            continue
        if _breaks_in_channels_last(submodule):
            submodule.register_forward_pre_hook(_contiguous)
        elif _breaks_where_narrow(submodule):
            submodule.register_forward_pre_hook(_contiguous_where_narrow)
        else:
            submodule.to(memory_format=torch.channels_last)


def _breaks_in_channels_last(conv: nn.Conv2d) -> bool:
    """Whether oneDNN's gradient of the weights is wrong in this layout.

    Its kernel for strided 1x1 convolutions writes past its workspace where
    there are fewer input channels than a block holds: wrong gradients, a
    crash or a hang on CPUs with AVX2 (uxlfoundation/oneDNN issue 6035).
    """
    return (conv.kernel_size == (1, 1) and max(conv.stride) > 1
            and conv.in_channels // conv.groups < _BLOCK_CHANNELS)


def _breaks_where_narrow(conv: nn.Conv2d) -> bool:
    """Whether the gradient is wrong for inputs that are one pixel wide.

    In bfloat16, with AVX-512 or AMX, that of a strided depthwise convolution
    then adds what happens to be in memory.
    """
    return conv.groups == conv.in_channels > 1 and conv.stride[1] > 1


def _contiguous(conv: nn.Conv2d, inputs: Tuple[Tensor]) -> Tuple[Tensor]:
    # One pixel passes for either layout; new strides decide.
    return tuple(value.contiguous().view(-1).view(value.shape)
                 for value in inputs)


def _contiguous_where_narrow(conv: nn.Conv2d,
                             inputs: Tuple[Tensor]) -> Tuple[Tensor]:
    return _contiguous(conv, inputs) if inputs[0].shape[-1] == 1 else inputs


def is_layout_hook(hook: Callable) -> bool:
    """Whether :func:`use_channels_last` has registered a hook.

    Such a hook decides about a layout alone, and for gradients: a pass that
    trains nothing has the same results without.

    Args:
        hook (Callable): Of a convolution.

    Returns:
        bool: Whether it is one of those.
    """
    return hook in (_contiguous, _contiguous_where_narrow)


def last_map(features: Union[Tensor, Tuple[Tensor, ...]]) -> Tensor:
    """The deepest feature map of a backbone, ``(N, C, h, w)``."""
    return features[-1] if isinstance(features, tuple) else features


def feature_map(network: nn.Module, images: Tensor) -> Tensor:
    """The deepest feature map of a backbone for many images.

    On a CPU, passes that train nothing are cut into several, whose data fit
    its caches; a temporal shift's frames stay together.

    Args:
        network (nn.Module): A 2D backbone.
        images (Tensor): Float ``(N, C, H, W)``.

    Returns:
        Tensor: ``(N, C', h, w)``.
    """
    size = images_of_a_pass(network, images)
    if size >= len(images):
        return last_map(network(images))
    return torch.cat(
        [last_map(network(part)) for part in images.split(size)])


def images_of_a_pass(network: nn.Module, images: Tensor) -> int:
    """How many images a network should take at once.

    Args:
        network (nn.Module): A 2D backbone.
        images (Tensor): Float ``(N, C, H, W)``.

    Returns:
        int: At least 1; N where passes are not cut.
    """
    count = max(len(images), 1)
    if (images.device.type != 'cpu' or network.training
            or torch.is_grad_enabled() or torch.jit.is_tracing()
            or torch.compiler.is_compiling()):
        return count
    together = getattr(network, 'num_segments', None) or 1
    # Feature maps under autocast are in half precision.
    half = torch.is_autocast_enabled(images.device.type)
    image_bytes = images[:1].numel() * (2 if half else 4)
    fitting = _PASS_BYTES // max(image_bytes * together, 1)
    return min(max(fitting, 1) * together, count)
