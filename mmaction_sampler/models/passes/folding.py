"""Networks with less between their convolutions, for passes that train
nothing."""
import copy
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from mmengine.logging import MMLogger
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_weights

from .fusing import can_fuse, fuse_activations
from .memory_format import is_layout_hook

_CONVS = (nn.Conv2d, nn.Conv3d)
_PROBE_SIDE = 64  # pixels; enough for five halvings
_TOLERANCE = 1e-3  # of the largest output; a wrong pair is off by far more
_HOOKS = ('_forward_pre_hooks', '_forward_hooks',
          '_forward_pre_hooks_with_kwargs', '_forward_hooks_with_kwargs',
          '_forward_hooks_always_called')

#: What tells whether a weight is what it was.
Version = Tuple[int, ...]


class _Copies(NamedTuple):
    """What runs in place of a network.

    Attributes:
        fused (nn.Module): With activations in the convolutions, too.
        folded (nn.Module): Without; for networks whose hooks need that.
        lost_hooks (list[dict]): Hooks that the first would not call.
    """
    fused: nn.Module
    folded: nn.Module
    lost_hooks: List[dict]

    def current(self) -> nn.Module:
        """The faster one that calls all hooks there are now."""
        lost = any(not is_layout_hook(hook) for hooks in self.lost_hooks
                   for hook in hooks.values())
        return self.folded if lost else self.fused


class FoldedNetworks:
    """Copies of networks with each batch normalisation in its convolution.

    On a CPU activations and residual sums, too; see :mod:`.fusing`. A copy
    shares all other weights with its network, and its hooks. It is made when
    it is first asked for, and again after any weight has changed.

    Args:
        enabled (bool): Without, the networks themselves are given.
    """

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self._kept: Dict[tuple, Tuple['_Weights', List[Version],
                                      _Copies]] = {}

    def __getstate__(self) -> dict:
        """Copies stay behind when a recognizer is copied or pickled."""
        return dict(self.__dict__, _kept={})

    def clear(self) -> None:
        """Forget all copies.

        Weights that are changed through ``.data`` do not count as changed;
        averaging hooks do that, and switch the model's mode afterwards.
        """
        self._kept = {}

    def of(self, network: nn.Module) -> nn.Module:
        """What gives the same as a network now, faster where possible.

        Args:
            network (nn.Module): A backbone, or an MMAction2 recognizer.

        Returns:
            nn.Module: A copy, if nothing trains: gradients are off and the
            network is in eval mode. Under autocast its convolutions have
            that precision already. Else, and in a trace (which counts
            multiply-adds), the network.
        """
        if (not self.enabled or network.training or torch.is_grad_enabled()
                or torch.jit.is_tracing() or torch.compiler.is_compiling()):
            return network
        dtype = _autocast_dtype(network)
        key = (id(network), dtype)
        kept = self._kept.get(key)
        if kept is None or kept[0].versions() != kept[1]:
            weights = _Weights(network)
            kept = weights, weights.versions(), _fold(network, dtype)
            self._kept[key] = kept
        return kept[2].current()


def fold_norms(backbone: nn.Module) -> nn.Module:
    """Put every batch normalisation after a convolution into its weights.

    Pairs are found by their order in the network. That this is the order in
    which they run is checked: both give the same for a made-up image.

    Args:
        backbone (nn.Module): In eval mode. It is not changed.

    Returns:
        nn.Module: A copy without those normalisations; the backbone itself
        if it has none, or if the results differ.
    """
    folded = _clone(backbone, {})
    if not _fold_pairs(folded):
        return backbone
    if not _same_outputs(_clone(backbone, {}), folded):
        MMLogger.get_current_instance().info(
            f'{type(backbone).__name__}: batch normalisation is not folded '
            f'into the convolutions, the results would differ')
        return backbone
    return folded


def _fold(network: nn.Module, dtype: Optional[torch.dtype]) -> _Copies:
    backbone = getattr(network, 'backbone', network)
    weight = next(network.parameters())
    device = weight.device.type
    with torch.no_grad(), torch.autocast(device, enabled=False):
        folded = fold_norms(backbone)
        fused, changed = folded, []
        if device == 'cpu' and can_fuse(dtype or weight.dtype):
            fused, changed = _fuse(folded)
        if dtype is not None:
            cast: Dict[nn.Parameter, nn.Parameter] = {}
            folded, fused = (_cast_convs(net, dtype, cast)
                             for net in (folded, fused))
        if changed:
            _leave_non_finite(fused, folded)
    modules = dict(backbone.named_modules())
    lost_hooks = [getattr(modules[name], kind)
                  for name in changed for kind in _HOOKS]
    return _Copies(_in_place(network, backbone, fused),
                   _in_place(network, backbone, folded), lost_hooks)


def _fuse(folded: nn.Module) -> Tuple[nn.Module, List[str]]:
    """A copy with activations in the convolutions; what it changed."""
    fused = _clone(folded, {})
    changed = fuse_activations(fused)
    if changed and _same_outputs(_clone(folded, {}), fused):
        return fused, changed
    return folded, []


def _leave_non_finite(fused: nn.Module, folded: nn.Module) -> None:
    """oneDNN's activations turn NaN into zero; it is to come out as NaN.

    Weights that are not finite, or overflow, do not come here: results for
    the made-up image differ.
    """

    def forward(images: Tensor) -> object:
        # A sum costs less than a look at each number.
        is_finite = images.sum(dtype=torch.float32).isfinite()
        network = fused if is_finite else folded
        return type(network).forward(network, images)

    fused.forward = forward


def _in_place(network: nn.Module, backbone: nn.Module,
              copied: nn.Module) -> nn.Module:
    """The network with a copy of its backbone, which gets the hooks."""
    if copied is backbone:
        return network
    for original, module in _pairs(backbone, copied):
        for name in _HOOKS:
            setattr(module, name, getattr(original, name))
    if backbone is network:
        return copied
    clone = copy.copy(network)
    clone._modules = dict(network._modules, backbone=copied)
    return clone


def _autocast_dtype(network: nn.Module) -> Optional[torch.dtype]:
    device = next(network.parameters()).device.type
    if not torch.is_autocast_enabled(device):
        return None
    return torch.get_autocast_dtype(device)


class _Weights:
    """Where the weights of a network are kept.

    Asked in every pass, so the network is walked through only once.
    """

    def __init__(self, network: nn.Module) -> None:
        modules = list(network.modules())
        self._children = [m._modules for m in modules]
        self._tensors = [table for m in modules
                         for table in (m._parameters, m._buffers)]

    def versions(self) -> List[Version]:
        """Which modules there are; which weights, their places and how often
        they were changed."""
        children = [(id(module), ) for table in self._children
                    for module in table.values()]
        return children + [
            (id(t), t.data_ptr(), 0 if t.is_inference() else t._version)
            for table in self._tensors
            for t in table.values() if t is not None]


def _clone(module: nn.Module, made: Dict[nn.Module, nn.Module]) -> nn.Module:
    """The same modules around the same weights, without hooks."""
    if module in made:  # used in several places
        return made[module]
    clone = made[module] = copy.copy(module)
    clone._parameters = dict(module._parameters)
    clone._modules = {
        name: child and _clone(child, made)
        for name, child in module._modules.items()}
    for name in _HOOKS:
        setattr(clone, name, type(getattr(module, name))())
    return clone


def _pairs(original: nn.Module, copied: nn.Module) -> list:
    """Modules of a network and those of its copy in the same places."""
    copies = dict(copied.named_modules())
    return [(module, copies[name])
            for name, module in original.named_modules() if name in copies]


def _fold_pairs(network: nn.Module) -> int:
    """Fold in place; how many there were."""
    leaves = [(name, module) for name, module in network.named_modules()
              if not any(True for _ in module.children())]
    count = 0
    for (_, conv), (name, norm) in zip(leaves, leaves[1:]):
        if not (isinstance(conv, _CONVS) and isinstance(norm, _BatchNorm)
                and norm.running_mean is not None and norm.affine
                and conv.out_channels == norm.num_features):
            continue
        conv.weight, conv.bias = fuse_conv_bn_weights(
            conv.weight, conv.bias, norm.running_mean, norm.running_var,
            norm.eps, norm.weight, norm.bias)
        parent, _, child = name.rpartition('.')
        setattr(network.get_submodule(parent), child, nn.Identity())
        count += 1
    return count


def _cast_convs(network: nn.Module, dtype: torch.dtype,
                cast: Dict[nn.Parameter, nn.Parameter]) -> nn.Module:
    """A copy; else autocast would cast frozen weights in every pass.

    What is in ``cast`` already is shared, what is not is added.
    """
    network = _clone(network, {})
    for module in network.modules():
        if isinstance(module, _CONVS):
            for name, weight in module._parameters.items():
                if weight is not None and weight not in cast:
                    cast[weight] = nn.Parameter(
                        weight.to(dtype), requires_grad=False)
                module._parameters[name] = cast.get(weight)
    return network


def _same_outputs(network: nn.Module, folded: nn.Module) -> bool:
    conv = next(m for m in network.modules() if isinstance(m, _CONVS))
    count = max((getattr(m, 'num_segments', None) or 1
                 for m in network.modules()))
    shape = (count, conv.in_channels) + (
        (_PROBE_SIDE, ) * 2 if isinstance(conv, nn.Conv2d) else
        (8, _PROBE_SIDE, _PROBE_SIDE))
    # Any image will do that is not flat; drawing one would change the run.
    image = torch.arange(
        torch.Size(shape).numel(), device=conv.weight.device)
    image = (image % 251 / 125 - 1).view(shape).to(conv.weight.dtype)
    try:
        outputs = [_maps(net(image)) for net in (network, folded)]
    except (AttributeError, RuntimeError, TypeError, ValueError):
        return False  # not a network on single images or clips
    return all(
        (a - b).abs().max() <= _TOLERANCE * a.abs().max()
        for a, b in zip(*outputs))


def _maps(output: object) -> List[Tensor]:
    if isinstance(output, Tensor):
        return [output]
    return [t for part in output for t in _maps(part)]
