"""The names in AdaFocusV2's released checkpoints."""
import re
from typing import Any, Dict, List, Mapping

import torch
from torch import Tensor

from .conversion import Conversion, state_dict_of
from .naming import Rule, renamed
from .torchvision_names import mobilenet_rules, resnet_rules

_GLOBAL, _LOCAL = 'module.global_CNN', 'module.local_CNN'
_RULES: List[Rule] = [
    *mobilenet_rules(_GLOBAL, 'global_cnn'),
    *resnet_rules(_GLOBAL, 'global_cnn'),
    *resnet_rules(_LOCAL, 'local_cnn'),
    (r'module\.(global|local)_CNN_fc\.1\.(.+)', r'\1_head.projection.\2'),
    (r'module\.policy_stn\.(encoder|gru)\.(.+)', r'policy.\1.\2'),
    (r'module\.policy_stn\.fc\.0\.(.+)', r'policy.projection.\1'),
    (r'module\.classifier\.mlp\.layers\.(.+)', r'classifier.embedding.\1'),
]
# The classifiers of ImageNet, which the authors' model does not use.
_UNUSED = re.compile(r'module\.(global|local)_CNN\.(fc|classifier)\..+')
# The linear layer of each step, which becomes part of one tensor.
_STEP = re.compile(r'module\.classifier\.classifiers\.(\d+)\.1\.(.+)')
# A key that only one variant has, and its config.
_VARIANTS = (
    (f'{_GLOBAL}.features.0.0.weight', 'adafocusv2_mbv2_anet'),
    (f'{_GLOBAL}.conv1.weight', 'adafocusv2_r50_anet'),
)


def convert_adafocusv2(checkpoint: Mapping[str, Any],
                       source: str) -> Conversion:
    """Give the tensors of an AdaFocusV2 checkpoint our names.

    The linear layers of the steps become one tensor. The authors solve
    thresholds anew in every test, so that a file has none: ours are then
    infinite, no exit.

    Args:
        checkpoint (Mapping): What the file holds: ``state_dict``.
        source (str): Its path, for messages.

    Returns:
        Conversion: For ``adafocusv2_mbv2_anet`` or ``adafocusv2_r50_anet``,
        whichever the keys are of.

    Raises:
        ValueError: If it is neither variant, a key is unknown, or a step is
            missing.
    """
    state = state_dict_of(checkpoint, source)
    for mark, config in _VARIANTS:
        if mark in state:
            break
    else:
        raise ValueError(
            f'{source} is none of the released AdaFocusV2 checkpoints: it '
            f'has neither of the keys '
            f'{" and ".join(mark for mark, _ in _VARIANTS)} (its first key '
            f'is {next(iter(state), None)!r})')
    single = [key for key in state
              if not _UNUSED.fullmatch(key) and not _STEP.fullmatch(key)]
    names = {key: renamed(key, _RULES, source) for key in single}
    tensors: Dict[str, Tensor] = {key: state[key] for key in single}
    # An nn.Linear keeps (K, D), the product of all steps takes (T, D, K).
    biases = _stack(state, 'bias', source)
    for ours, tensor in (
        ('classifier.bias', biases),
        ('classifier.weight',
         _stack(state, 'weight', source).transpose(1, 2).contiguous()),
        ('exit_thresholds', torch.full((len(biases), ), float('inf')))):
        names[ours], tensors[ours] = ours, tensor
    return Conversion(config, names, tensors)


def _stack(state: Mapping[str, Tensor], name: str, source: str) -> Tensor:
    """The weights or biases of steps 0 to T - 1 in one tensor.

    Raises:
        ValueError: If a step is missing.
    """
    steps = {int(match[1]): state[key] for key in state
             if (match := _STEP.fullmatch(key)) and match[2] == name}
    if not steps or set(steps) != set(range(len(steps))):
        raise ValueError(
            f'{source} has the {name} of the steps {sorted(steps)}, not of 0 '
            f'to T - 1; give a released checkpoint, unchanged')
    return torch.stack([steps[step] for step in range(len(steps))])
