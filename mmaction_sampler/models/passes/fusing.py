"""Convolutions that add and activate in the same call, on a CPU.

An activation, or the sum at the end of a residual block, goes through all
feature maps once more. oneDNN, which runs PyTorch's convolutions on a CPU,
can do both while it writes its results. The operators are those that
``torch.compile`` calls; here nothing is compiled.
"""
from typing import List, Tuple

import torch
from mmaction.models.backbones.resnet import BasicBlock, Bottleneck
from mmcv.cnn import Conv2d, ConvModule
from torch import Tensor, nn

#: Activation -> oneDNN's name and numbers.
_ACTIVATIONS = {nn.ReLU: ('relu', []), nn.ReLU6: ('hardtanh', [0., 6.])}
#: Residual block -> its convolutions, the last one without activation.
_BLOCKS = {BasicBlock: ('conv1', 'conv2'),
           Bottleneck: ('conv1', 'conv2', 'conv3')}


class ActivatedConv(nn.Module):
    """A convolution and the activation behind it.

    Args:
        conv (nn.Conv2d): Without a batch norm between the two.
        activation (nn.Module): ``nn.ReLU`` or ``nn.ReLU6``.
    """

    def __init__(self, conv: nn.Conv2d, activation: nn.Module) -> None:
        super().__init__()
        self.conv = conv
        self._activation = _ACTIVATIONS[type(activation)]

    def forward(self, x: Tensor) -> Tensor:
        """Feature maps ``(B, C, H, W)`` to ``(B, C', H', W')``."""
        name, numbers = self._activation
        return torch.ops.mkldnn._convolution_pointwise(
            *_operands(self.conv, x), *_geometry(self.conv), name, numbers,
            '')


class ActivatedBlock(nn.Module):
    """A residual block whose last convolution adds and activates.

    Args:
        block (BasicBlock | Bottleneck): Of MMAction2's ResNet, its last
            convolution without batch norm.
    """

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        *first, last = _BLOCKS[type(block)]
        self.names = tuple(first)
        for name in first:  # under their names, so that hooks find them
            setattr(self, name, getattr(block, name))
        self.last = getattr(block, last).conv
        self.downsample = block.downsample

    def forward(self, x: Tensor) -> Tensor:
        """Feature maps ``(B, C, H, W)`` to ``(B, C', H', W')``."""
        identity = x if self.downsample is None else self.downsample(x)
        for name in self.names:
            x = getattr(self, name)(x)
        x, weight, bias = _operands(self.last, x)
        return torch.ops.mkldnn._convolution_pointwise.binary(
            x, identity.to(x.dtype), weight, bias, *_geometry(self.last),
            'add', 1., 'relu', [], '')


def can_fuse(dtype: torch.dtype) -> bool:
    """Whether this processor's convolutions can activate in a precision.

    Args:
        dtype (torch.dtype): Of weights and feature maps. Not float16, which
            overflows; what comes of that must be seen. bfloat16 takes a
            processor with AVX-512, where others compute it by other means.

    Returns:
        bool: False without oneDNN, too.
    """
    if not torch.backends.mkldnn.is_available():
        return False
    return dtype is torch.float32 or (
        dtype is torch.bfloat16
        and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def fuse_activations(network: nn.Module) -> List[str]:
    """Put activations and residual sums into the convolutions before them.

    Knows mmcv's ``ConvModule`` and the blocks of MMAction2's ResNet. All else
    stays as it is.

    Args:
        network (nn.Module): On a CPU, its batch norms folded. What is in it
            is changed in place; its weights are not.

    Returns:
        list[str]: Names of the modules that are no longer called or have
        other results than before.
    """
    changed: List[str] = []
    for name, module in list(network.named_modules()):
        if not name:
            continue
        if isinstance(module, ConvModule) and _is_activated_conv(module):
            changed += _names_below(name, module)
            module.conv = ActivatedConv(module.conv, module.activate)
            module.activate = nn.Identity()
        elif _ends_in_sum(module):
            last = _BLOCKS[type(module)][-1]
            changed += [f'{name}.relu', f'{name}.{last}', *_names_below(
                f'{name}.{last}', getattr(module, last))]
            parent, _, child = name.rpartition('.')
            setattr(network.get_submodule(parent), child,
                    ActivatedBlock(module))
    return changed


def _is_activated_conv(module: ConvModule) -> bool:
    return (module.with_activation and type(module.activate) in _ACTIVATIONS
            and _is_plain_conv(module))


def _ends_in_sum(block: nn.Module) -> bool:
    return type(block) in _BLOCKS and type(block.relu) is nn.ReLU and (
        _is_plain_conv(getattr(block, _BLOCKS[type(block)][-1])))


def _is_plain_conv(module: ConvModule) -> bool:
    """Whether nothing but the activation follows the convolution."""
    conv = module.conv
    return (type(conv) in (nn.Conv2d, Conv2d) and conv.padding_mode == 'zeros'
            and not isinstance(conv.padding, str)
            and not module.with_explicit_padding
            and module.order == ('conv', 'norm', 'act')
            and (not module.with_norm
                 or isinstance(module.norm, nn.Identity)))


def _names_below(name: str, module: nn.Module) -> List[str]:
    return [f'{name}.{child}' for child, _ in module.named_children()]


def _operands(conv: nn.Conv2d, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    # These operators are not known to autocast.
    return x.to(conv.weight.dtype), conv.weight, conv.bias


def _geometry(conv: nn.Conv2d) -> Tuple[tuple, tuple, tuple, int]:
    return conv.padding, conv.stride, conv.dilation, conv.groups
