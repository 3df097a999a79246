"""Rules for networks that authors took from torchvision as they are."""
import re
from typing import List

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
    stem = rf'{re.escape(theirs)}\.features'
    rules = []
    for feature, place in ((0, 'conv1'), (18, 'conv2')):
        rules += [
            (rf'{stem}\.{feature}\.0\.(.+)', rf'{ours}.{place}.conv.\1'),
            (rf'{stem}\.{feature}\.1\.(.+)', rf'{ours}.{place}.bn.\1'),
        ]
    places = [f'layer{layer}.{block}'
              for layer, length in enumerate(_MOBILENET_LAYERS, 1)
              for block in range(length)]
    for feature, place in enumerate(places, 1):
        for i in range(3):
            block = rf'{stem}\.{feature}\.conv'
            rules += [
                (rf'{block}\.{3 * i}\.(.+)',
                 rf'{ours}.{place}.conv.{i}.conv.\1'),
                (rf'{block}\.{3 * i + 1}\.(.+)',
                 rf'{ours}.{place}.conv.{i}.bn.\1'),
            ]
    return rules
