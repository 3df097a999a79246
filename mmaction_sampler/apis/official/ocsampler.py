"""The names in OCSampler's released checkpoints."""
from typing import Any, List, Mapping

from .conversion import Conversion, state_dict_of
from .naming import Rule, renamed, sequential_resnet_rules

_SKIM: List[Rule] = [
    (r'sampler\.logit\.(.+)', r'policy.projection.\1'),
    (r'sampler\.(.+)', r'skim_network.\1'),
]
_R50: List[Rule] = [
    *_SKIM,
    *sequential_resnet_rules('backbone.model', 'classifier.backbone'),
    (r'cls_head\.layers\.0\.(.+)', r'classifier.cls_head.consensus.linear.\1'),
    (r'cls_head\.layers\.1\.(.+)', r'classifier.cls_head.consensus.norm.\1'),
    (r'cls_head\.fc\.(.+)', r'classifier.cls_head.fc_cls.\1'),
]
# This variant is built of MMAction2's own networks.
_SLOWONLY: List[Rule] = [
    *_SKIM,
    (r'((backbone|cls_head)\..+)', r'classifier.\1'),
]
# A key that only one variant has, its config, and its rules.
_VARIANTS = (
    ('backbone.model.0.weight', 'ocsampler_r50_anet', _R50),
    ('backbone.conv1.conv.weight', 'ocsampler_slowonly_anet', _SLOWONLY),
)


def convert_ocsampler(checkpoint: Mapping[str, Any],
                      source: str) -> Conversion:
    """Give the tensors of an OCSampler checkpoint our names.

    Args:
        checkpoint (Mapping): What the file holds: ``meta`` and
            ``state_dict``.
        source (str): Its path, for messages.

    Returns:
        Conversion: For ``ocsampler_r50_anet`` or
        ``ocsampler_slowonly_anet``, whichever the keys are of.

    Raises:
        ValueError: If it is neither variant, or a key is unknown.
    """
    state = state_dict_of(checkpoint, source)
    for mark, config, rules in _VARIANTS:
        if mark in state:
            return Conversion(
                config, {k: renamed(k, rules, source) for k in state}, state)
    raise ValueError(
        f'{source} is none of the released OCSampler checkpoints: it has '
        f'neither of the keys {" and ".join(mark for mark, _, _ in _VARIANTS)}'
        f' (its first key is {next(iter(state), None)!r})')
