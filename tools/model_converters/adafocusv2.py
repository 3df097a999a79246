"""The names in AdaFocusV2's released checkpoints, and ours."""
import re
from typing import Dict, List, Mapping, Optional, Tuple

import torch
from torch import Tensor

# MMAction2's MobileNetV2 has the authors' inverted residuals 1 to 17 in seven
# layers of these lengths.
_MOBILENET_LAYERS = (1, 2, 3, 4, 3, 3, 1)
# Of convolution, normalisation, activation in a row.
_ROW = ('conv', 'bn')

# A pattern that a whole key has to match, and what it becomes; None drops
# the classifiers of ImageNet, which the authors' model does not use.
_RULES: List[Tuple[str, Optional[str]]] = [
    (r'global_CNN\.(fc|classifier)\..+', None),
    (r'local_CNN\.fc\..+', None),
    (r'(global|local)_CNN\.conv1\.(.+)', r'\1_cnn.conv1.conv.\2'),
    (r'(global|local)_CNN\.bn1\.(.+)', r'\1_cnn.conv1.bn.\2'),
    (r'(global|local)_CNN\.(layer\d\.\d+)\.conv(\d)\.(.+)',
     r'\1_cnn.\2.conv\3.conv.\4'),
    (r'(global|local)_CNN\.(layer\d\.\d+)\.bn(\d)\.(.+)',
     r'\1_cnn.\2.conv\3.bn.\4'),
    (r'(global|local)_CNN\.(layer\d\.\d+)\.downsample\.0\.(.+)',
     r'\1_cnn.\2.downsample.conv.\3'),
    (r'(global|local)_CNN\.(layer\d\.\d+)\.downsample\.1\.(.+)',
     r'\1_cnn.\2.downsample.bn.\3'),
    (r'(global|local)_CNN_fc\.1\.(.+)', r'\1_head.projection.\2'),
    (r'policy_stn\.(encoder|gru)\.(.+)', r'policy.\1.\2'),
    (r'policy_stn\.fc\.0\.(.+)', r'policy.projection.\1'),
    (r'classifier\.mlp\.layers\.(.+)', r'classifier.embedding.\1'),
]
_STEP = re.compile(r'classifier\.classifiers\.(\d+)\.1\.(weight|bias)')
_FEATURE = re.compile(
    r'global_CNN\.features\.(\d+)\.(?:conv\.)?(\d+)\.(.+)')


def convert(state_dict: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Give the tensors of an AdaFocusV2 checkpoint our names.

    For the models of ``configs/official/adafocusv2_mbv2_anet.py`` and
    ``adafocusv2_r50_anet.py``. The linear layers of the steps become one
    tensor. The authors solve exits anew in every test, so that a checkpoint
    has no thresholds: ours are infinite, no exit.

    Args:
        state_dict (Mapping[str, Tensor]): What the authors' file holds under
            ``state_dict``; a prefix ``module.`` is taken off.

    Returns:
        dict[str, Tensor]: By our names.

    Raises:
        ValueError: If a key is not one of the released checkpoints', or a
            step is missing.
    """
    converted: Dict[str, Tensor] = {}
    steps: Dict[str, Dict[int, Tensor]] = dict(weight={}, bias={})
    for key, value in state_dict.items():
        name = key.removeprefix('module.')
        step = _STEP.fullmatch(name)
        if step:
            steps[step[2]][int(step[1])] = value
            continue
        ours = _our_name(name, key)
        if ours is not None:
            converted[ours] = value
    # An nn.Linear keeps (K, D), the product of all steps takes (T, D, K).
    converted['classifier.weight'] = _stack(steps['weight']).transpose(
        1, 2).contiguous()
    converted['classifier.bias'] = _stack(steps['bias'])
    converted['exit_thresholds'] = torch.full(
        (len(steps['bias']), ), float('inf'))
    return converted


def _our_name(name: str, key: str) -> Optional[str]:
    """Our name of one tensor, None for one that is not used."""
    feature = _FEATURE.fullmatch(name)
    if feature:
        return _mobilenet_name(
            int(feature[1]), int(feature[2]), feature[3])
    for pattern, replacement in _RULES:
        match = re.fullmatch(pattern, name)
        if match:
            return replacement and match.expand(replacement)
    raise ValueError(
        f'the checkpoint has the key {key!r}, which the released AdaFocusV2 '
        f'checkpoints do not have; give one of those, unchanged')


def _mobilenet_name(feature: int, part: int, tensor: str) -> str:
    """Name of a tensor of MobileNetV2.

    Args:
        feature (int): 0 the first convolution, 1 to 17 the inverted
            residuals, 18 the last convolution.
        part (int): Place in its sequence of convolution, normalisation,
            activation, convolution, ...
        tensor (str): ``'weight'``, ``'running_mean'`` and so on.
    """
    place = f'{_ROW[part % 3]}.{tensor}'
    if feature == 0:
        return f'global_cnn.conv1.{place}'
    block = feature - 1
    for layer, length in enumerate(_MOBILENET_LAYERS, 1):
        if block < length:
            return f'global_cnn.layer{layer}.{block}.conv.{part // 3}.{place}'
        block -= length
    return f'global_cnn.conv2.{place}'


def _stack(steps: Dict[int, Tensor]) -> Tensor:
    """The tensors of steps 0 to T - 1 in one."""
    if not steps or set(steps) != set(range(len(steps))):
        raise ValueError(
            f'the checkpoint has classifiers of the steps {sorted(steps)}, '
            f'not of 0 to T - 1; give a released AdaFocusV2 checkpoint, '
            f'unchanged')
    return torch.stack([steps[step] for step in range(len(steps))])
