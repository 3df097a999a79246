"""ActivityNet: ``activity_net.v1-3.min.json``."""
import json
from pathlib import Path
from typing import Any, Dict, List, Optional

from .lists import AnnotationError, Annotations, Video, file_name

#: Subset in the file -> split; the labels of the test videos are withheld.
SUBSETS = {'training': 'train', 'validation': 'val', 'testing': None}


def read_activitynet(path: Path,
                     name: str = 'v_{id}.mp4',
                     classes: Optional[List[str]] = None) -> Annotations:
    """Read the training and the validation subset.

    A video's labels are those of all its segments.

    Args:
        path (Path): JSON with ``database`` (video -> ``subset`` and
            ``annotations``, a list of ``label`` and ``segment``) and
            ``taxonomy`` (nodes with ``nodeName`` and ``parentName``).
        name (str): Name of a video's file, from ``{id}``. Defaults to
            ``'v_{id}.mp4'``.
        classes (list[str], optional): Class names in the order of their
            numbers. Defaults to None, the sorted leaves of the taxonomy.

    Returns:
        Annotations: Splits ``train`` and ``val``.

    Raises:
        FileNotFoundError: If there is no such file.
        AnnotationError: If the file is not of this form.
    """
    content = _load(path)
    if classes is None:
        classes = leaf_classes(content['taxonomy'], path)
    numbers = {label: number for number, label in enumerate(classes)}
    splits: Dict[str, List[Video]] = {'train': [], 'val': []}
    left_out = 0
    for identity, video in content['database'].items():
        subset = video.get('subset')
        if subset not in SUBSETS:
            raise AnnotationError(
                f'{path}: video {identity} is in the unknown subset '
                f'{subset!r}; known are {", ".join(SUBSETS)}')
        split = SUBSETS[subset]
        if split is None:
            left_out += 1
            continue
        labels = {entry.get('label') for entry in video['annotations']}
        unknown = [label for label in labels if label not in numbers]
        if unknown or not labels:
            raise AnnotationError(
                f'{path}: video {identity} has ' +
                (f'the unknown label {unknown[0]!r}' if unknown else
                 f'no label, though it is in the subset {subset!r}'))
        splits[split].append(
            Video(file_name(name, id=identity),
                  tuple(sorted(numbers[label] for label in labels))))
    notes = [f'{left_out} test videos without labels were left out']
    return Annotations(splits, classes, notes if left_out else [])


def _load(path: Path) -> Dict[str, Any]:
    """The file, after a look at its outline."""
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist')
    try:
        content = json.loads(path.read_text(encoding='utf-8-sig'))
    except ValueError as error:
        raise AnnotationError(f'{path} is no JSON: {error}') from error
    for key, kind in (('database', dict), ('taxonomy', list)):
        if not isinstance(content, dict) or not isinstance(
                content.get(key), kind):
            raise AnnotationError(
                f'{path} has no "{key}"; it should be the release file '
                f'activity_net.v1-3.min.json')
    for identity, video in content['database'].items():
        entries = video.get('annotations')
        if not isinstance(entries, list):
            raise AnnotationError(
                f'{path}: video {identity} has no list "annotations"')
    return content


def leaf_classes(taxonomy: List[Dict[str, Any]], path: Path) -> List[str]:
    """Names of the nodes that are no other node's parent, sorted.

    Args:
        taxonomy (list[dict]): Nodes with ``nodeName`` and ``parentName``.
        path (Path): Their file, for messages.

    Raises:
        AnnotationError: If a node lacks a name.
    """
    for node in taxonomy:
        if not {'nodeName', 'parentName'} <= set(node):
            raise AnnotationError(
                f'{path}: a node of the taxonomy lacks "nodeName" or '
                f'"parentName": {node}')
    parents = {node['parentName'] for node in taxonomy}
    return sorted({node['nodeName'] for node in taxonomy} - parents)
