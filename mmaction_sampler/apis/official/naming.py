"""From one way of naming tensors to another, by rules."""
import re
from typing import List, Sequence, Tuple

# A pattern that a whole key has to match, and what it becomes.
Rule = Tuple[str, str]


def renamed(key: str, rules: Sequence[Rule], source: str) -> str:
    """Name of one tensor after the first rule that matches.

    Args:
        key (str): Name in the authors' file.
        rules (Sequence[Rule]): Tried in this order.
        source (str): Path of the file, for the message.

    Returns:
        str: Our name.

    Raises:
        ValueError: If no rule matches.
    """
    for pattern, replacement in rules:
        match = re.fullmatch(pattern, key)
        if match:
            return match.expand(replacement)
    raise ValueError(
        f'{source} has the key {key!r}, which the authors\' released '
        f'checkpoints do not have; give one of those, unchanged')


def sequential_resnet_rules(theirs: str, ours: str) -> List[Rule]:
    """Rules for torchvision's ResNet, cut before its last layer.

    ``nn.Sequential(*list(resnet.children())[:-1])`` numbers its parts: stem
    0 and 1, residual layers 4 to 7.

    Args:
        theirs (str): What stands before the numbers, without the last dot.
        ours (str): Where MMAction2's ``ResNet`` stands in our model.

    Returns:
        list[Rule]: Rules for all of its tensors.
    """
    stem = re.escape(theirs)
    rules = [(rf'{stem}\.0\.(.+)', rf'{ours}.conv1.conv.\1'),
             (rf'{stem}\.1\.(.+)', rf'{ours}.conv1.bn.\1')]
    for layer in range(1, 5):
        block = rf'{stem}\.{layer + 3}\.(\d+)'
        place = rf'{ours}.layer{layer}.\1'
        rules += [
            (rf'{block}\.conv(\d)\.(.+)', rf'{place}.conv\2.conv.\3'),
            (rf'{block}\.bn(\d)\.(.+)', rf'{place}.conv\2.bn.\3'),
            (rf'{block}\.downsample\.0\.(.+)', rf'{place}.downsample.conv.\2'),
            (rf'{block}\.downsample\.1\.(.+)', rf'{place}.downsample.bn.\2'),
        ]
    return rules
