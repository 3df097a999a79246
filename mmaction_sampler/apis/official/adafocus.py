"""The names in AdaFocus' released checkpoints."""
import re
from typing import Any, Dict, List, Mapping

from torch import Tensor

from .conversion import Conversion, state_dict_of
from .naming import Rule, renamed, sequential_resnet_rules
from .torchvision_names import (nested_mobilenet_rules, resnet_rules,
                                shifted_mobilenet_rules)

# Parts of a file, and the names that their tensors have in it as a whole.
_PARTS = dict(glancer='glancer', focuser='focuser', fc='classifier',
              policy='focuser.policy.policy')
_POLICY = r'focuser\.policy\.policy'
_ANET: List[Rule] = [
    *nested_mobilenet_rules('glancer.net', 'global_cnn'),
    *resnet_rules('focuser.net', 'local_cnn'),
    (rf'{_POLICY}\.state_encoder\.(.+)',
     r'policy.recurrent_encoder.encoder.\1'),
    (rf'{_POLICY}\.gru\.(.+)', r'policy.recurrent_encoder.gru.\1'),
    (rf'{_POLICY}\.(actor|critic)\.0\.(.+)', r'policy.\1.\2'),
    (r'classifier\.((gru|fc)\..+)', r'classifier.\1'),
]
_STHSTH: List[Rule] = [
    *shifted_mobilenet_rules('glancer.net', 'global_cnn'),
    (r'glancer\.net\.classifier\.(.+)', r'classifier.global_fc.\1'),
    *sequential_resnet_rules('focuser.net.base_model', 'local_cnn'),
    (rf'{_POLICY}\.state_encoder\.(.+)', r'policy.encoder.\1'),
    (rf'{_POLICY}\.gru\.(.+)', r'policy.gru.\1'),
    (rf'{_POLICY}\.(actor|critic)\.0\.(.+)', r'policy.\1.\2'),
    (r'classifier\.(weight|bias)', r'classifier.local_fc.\1'),
]
# A copy of the policy, and classifiers of single frames that are not used.
_UNUSED = re.compile(
    r'focuser\.policy\.policy_old\..+|glancer\.net\.classifier\.1\..+|'
    r'focuser\.net\.fc\..+')


def convert_adafocus(checkpoint: Mapping[str, Any],
                     source: str) -> Conversion:
    """Give the tensors of an AdaFocus checkpoint our names.

    Args:
        checkpoint (Mapping): What the file holds: ``glancer``, ``focuser``,
            ``fc``, ``policy``, and more that is not needed.
        source (str): Its path, for messages.

    Returns:
        Conversion: For ``adafocus_r50_anet``.

    Raises:
        ValueError: If a part is missing or a key is unknown.
    """
    state = _state_of(checkpoint, source)
    if 'classifier.fc.weight' in state and (
            'classifier.gru.weight_ih_l0' not in state):
        raise ValueError(
            f'{source} has a linear classifier that averages probabilities; '
            f'ours averages logits, so give a checkpoint with the GRU')
    return _conversion('adafocus_r50_anet', _ANET, state, source)


def convert_adafocus_sthsth(checkpoint: Mapping[str, Any],
                            source: str) -> Conversion:
    """Give the tensors of a checkpoint for Something-Something our names.

    The authors add the averaged logits of both networks: the small one's
    classifier of frames becomes a part of ours.

    Args:
        checkpoint (Mapping): See :func:`convert_adafocus`.
        source (str): Its path, for messages.

    Returns:
        Conversion: For ``adafocus_tsm_sthv1``, V1 or V2.

    Raises:
        ValueError: If a part is missing or a key is unknown.
    """
    return _conversion('adafocus_tsm_sthv1', _STHSTH,
                       _state_of(checkpoint, source), source)


def _conversion(config: str, rules: List[Rule], state: Mapping[str, Tensor],
                source: str) -> Conversion:
    """Our names of all tensors that are used."""
    names = {key: renamed(key, rules, source)
             for key in state if not _UNUSED.fullmatch(key)}
    return Conversion(config, names, state)


def _state_of(checkpoint: Mapping[str, Any],
              source: str) -> Dict[str, Tensor]:
    """The tensors of all parts, by the names of the whole model.

    The file also has the whole as ``model_state_dict``, but for
    Something-Something without the policy.

    Raises:
        ValueError: If a part is missing.
    """
    state: Dict[str, Tensor] = {}
    for part, prefix in _PARTS.items():
        if not isinstance(checkpoint.get(part), Mapping):
            raise ValueError(
                f'{source} has no {part}, only the keys '
                f'{sorted(map(str, checkpoint))[:9]}; give a released '
                f'checkpoint of the last stage, unchanged')
        tensors = state_dict_of(dict(state_dict=checkpoint[part]), source)
        state.update({f'{prefix}.{k}': v for k, v in tensors.items()})
    return state
