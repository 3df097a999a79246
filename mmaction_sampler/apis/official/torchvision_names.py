"""Rules for networks that authors took from torchvision as they are."""
import re
from typing import List, Tuple

from .naming import Rule

# MMAction2's MobileNetV2 has torchvision's inverted residuals 1 to 17 in
# seven layers of these lengths.
_MOBILENET_LAYERS = (1, 2, 3, 4, 3, 3, 1)


def resnet_rules(theirs: str, ours: str) -> List[Rule]:
    """Rules for torchvision's ResNet, without its last layer.

    Args:
        theirs (str): What stands before its names, without the last dot.
        ours (str): Where MMAction2's ``ResNet`` stands in our model.

    Returns:
        list[Rule]: Rules for all of its tensors.
    """
    stem = re.escape(theirs)
    block = rf'{stem}\.(layer\d\.\d+)'
    return [
        (rf'{stem}\.conv1\.(.+)', rf'{ours}.conv1.conv.\1'),
        (rf'{stem}\.bn1\.(.+)', rf'{ours}.conv1.bn.\1'),
        (rf'{block}\.conv(\d)\.(.+)', rf'{ours}.\1.conv\2.conv.\3'),
        (rf'{block}\.bn(\d)\.(.+)', rf'{ours}.\1.conv\2.bn.\3'),
        (rf'{block}\.downsample\.0\.(.+)', rf'{ours}.\1.downsample.conv.\2'),
        (rf'{block}\.downsample\.1\.(.+)', rf'{ours}.\1.downsample.bn.\2'),
    ]


def mobilenet_rules(theirs: str, ours: str) -> List[Rule]:
    """Rules for torchvision's MobileNetV2 of 2019, without its last layer.

    A block was then one sequence: convolution, normalisation, activation,
    convolution, and so on; activations have no tensors.

    Args:
        theirs (str): What stands before its names, without the last dot.
        ours (str): Where MMAction2's ``MobileNetV2`` stands in our model.

    Returns:
        list[Rule]: Rules for all of its tensors.
    """
    rules = _stem_rules(theirs, ours)
    for block, place in _blocks(theirs, ours):
        for i in range(3):
            rules += [
                (rf'{block}\.{3 * i}\.(.+)', rf'{place}.{i}.conv.\1'),
                (rf'{block}\.{3 * i + 1}\.(.+)', rf'{place}.{i}.bn.\1'),
            ]
    return rules


def shifted_mobilenet_rules(theirs: str, ours: str) -> List[Rule]:
    """The same with temporal shifts, as TSM's authors put them in.

    In blocks with a skip connection their shift is around the first
    convolution, MMAction2's around convolution and normalisation. What
    comes out is the same.

    Args:
        theirs (str): What stands before its names, without the last dot.
        ours (str): Where MMAction2's ``MobileNetV2TSM`` stands in our model.

    Returns:
        list[Rule]: Rules for all of its tensors.
    """
    rules = []
    for block, place in _blocks(theirs, ours):
        if not place.endswith('.0.conv'):  # has a skip connection
            rules += [
                (rf'{block}\.0\.net\.(.+)', rf'{place}.0.net.conv.\1'),
                (rf'{block}\.1\.(.+)', rf'{place}.0.net.bn.\1'),
            ]
    return rules + mobilenet_rules(theirs, ours)


def nested_mobilenet_rules(theirs: str, ours: str) -> List[Rule]:
    """Rules for torchvision's MobileNetV2 since 2020, without its last layer.

    All convolutions of a block but its last are sequences of their own with
    their normalisation.

    Args:
        theirs (str): What stands before its names, without the last dot.
        ours (str): Where MMAction2's ``MobileNetV2`` stands in our model.

    Returns:
        list[Rule]: Rules for all of its tensors.
    """
    rules = _stem_rules(theirs, ours)
    for block, place in _blocks(theirs, ours):
        rules += [
            (rf'{block}\.(\d)\.0\.(.+)', rf'{place}.\1.conv.\2'),
            (rf'{block}\.(\d)\.1\.(.+)', rf'{place}.\1.bn.\2'),
        ]
        # The first block of all does not expand its channels.
        last = 1 if place.endswith('layer1.0.conv') else 2
        rules += [
            (rf'{block}\.{last}\.(.+)', rf'{place}.{last}.conv.\1'),
            (rf'{block}\.{last + 1}\.(.+)', rf'{place}.{last}.bn.\1'),
        ]
    return rules


def _stem_rules(theirs: str, ours: str) -> List[Rule]:
    """Rules for MobileNetV2's first and last convolution."""
    rules = []
    for feature, place in ((0, 'conv1'), (18, 'conv2')):
        stem = rf'{re.escape(theirs)}\.features\.{feature}'
        rules += [(rf'{stem}\.0\.(.+)', rf'{ours}.{place}.conv.\1'),
                  (rf'{stem}\.1\.(.+)', rf'{ours}.{place}.bn.\1')]
    return rules


def _blocks(theirs: str, ours: str) -> List[Tuple[str, str]]:
    """Pattern and our name of every inverted residual's sequence."""
    places = [f'{ours}.layer{layer}.{block}.conv'
              for layer, length in enumerate(_MOBILENET_LAYERS, 1)
              for block in range(length)]
    return [(rf'{re.escape(theirs)}\.features\.{feature}\.conv', place)
            for feature, place in enumerate(places, 1)]
