"""Names of the classes that a recognizer tells apart."""
import json
from pathlib import Path
from typing import List, Mapping, Optional, Sequence

from torch import nn


def read_class_names(path: str) -> List[str]:
    """Read a label map.

    Args:
        path (str): Text, one name a line in the order of the labels (as
            MMAction2's label maps), where every line may begin with its
            number; or JSON, a list of names or an object ``{"0": name}``.

    Returns:
        list[str]: Names in the order of the labels.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no text in UTF-8 or no JSON, has no name, or
            its numbers are not 0, 1, 2, ...
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'label map {path} does not exist; give a text file of one class '
            f'name a line')
    try:
        text = Path(path).read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ValueError(f'label map {path} is no text in UTF-8 ({error}); '
                         f'convert it') from error
    names = (_from_json(text, path) if path.endswith('.json') else
             _from_lines(text.split('\n')))
    if not names:
        raise ValueError(f'label map {path} names no class')
    return names


def refuse_other_classes(names: Sequence[str], path: str,
                         model: nn.Module) -> None:
    """Stop at a label map of another data set.

    Args:
        names (Sequence[str]): What it holds.
        path (str): The file, for the message.
        model (nn.Module): The recognizer.

    Raises:
        ValueError: If no head of the model has as many classes.
    """
    numbers = {getattr(part, 'num_classes', None) for part in model.modules()}
    numbers = sorted(n for n in numbers if isinstance(n, int) and n > 1)
    if numbers and len(names) not in numbers:
        raise ValueError(
            f'label map {path} names {len(names)} classes, but the model has '
            f'{" or ".join(map(str, numbers))}; give that of the data set '
            f'that it was trained on')


def names_in_checkpoint(checkpoint: Mapping) -> Optional[Sequence[str]]:
    """``classes`` of the data set that a checkpoint was trained on.

    Args:
        checkpoint (Mapping): What the file holds.

    Returns:
        Sequence[str] | None: The names; None if it does not say.
    """
    meta = checkpoint.get('meta') or {}
    return (meta.get('dataset_meta') or {}).get('classes')


def _from_lines(lines: Sequence[str]) -> List[str]:
    names = [line.strip() for line in lines if line.strip()]
    parts = [name.split(maxsplit=1) for name in names]
    numbered = all(len(part) == 2 and part[0].isdecimal() for part in parts)
    if numbered and [int(part[0]) for part in parts] == list(
            range(len(parts))):
        return [part[1] for part in parts]
    return names


def _from_json(text: str, path: str) -> List[str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'label map {path} is no JSON ({error}); write one '
                         f'name a line, without .json in its name') from error
    if isinstance(content, list):
        return [str(name) for name in content]
    try:
        return [str(content[str(i)]) for i in range(len(content))]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f'label map {path} must be a list of names, or an object whose '
            f'keys are "0", "1", ... without a gap') from error
