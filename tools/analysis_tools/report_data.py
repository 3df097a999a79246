"""Results of a run, whichever tool wrote them, as the report needs them."""
import json
from pathlib import Path, PurePath
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from dump_file import read_dump

from mmaction_sampler.datasets.video_line import split_line
from mmaction_sampler.structures import labels_of


class Video(NamedTuple):
    """What became of one video.

    Attributes:
        path (str): The file.
        label (int): Predicted class.
        score (float): Its probability.
        truth (tuple[int, ...]): Right classes; empty if unknown.
        true_score (float, optional): Probability of the best of these;
            None if it is not among those that were written.
        cost (dict[str, float]): Component -> GFLOPs.
        num_selected (int): Units through the heavy network.
        num_candidates (int): Units there were.
        places (list[float]): Where the selected ones lie, share of the
            video's length.
        steps (list[int]): Predicted class after each step.
        sheet (str): Picture of it, empty if there is none.
    """
    path: str
    label: int
    score: float
    truth: Tuple[int, ...]
    true_score: Optional[float]
    cost: Dict[str, float]
    num_selected: int
    num_candidates: int
    places: List[float]
    steps: List[int]
    sheet: str

    @property
    def is_right(self) -> bool:
        """Whether the predicted class is a right one."""
        return self.label in self.truth

    @property
    def gflops(self) -> float:
        """Of all components."""
        return sum(self.cost.values())


class Run(NamedTuple):
    """The videos of one result file.

    Attributes:
        name (str): How the report calls it.
        videos (list[Video]): One a recognised video.
        class_names (dict[int, str]): As far as they are known.
    """
    name: str
    videos: List[Video]
    class_names: Dict[int, str]


def read_run(path: str, labels: Dict[str, Tuple[int, ...]],
             class_names: Sequence[str] = ()) -> Run:
    """Read a result file.

    Args:
        path (str): ``results.jsonl`` of ``python -m mmaction_sampler.infer``
            (or a selection file), or the pickle of ``tools/test.py --dump``.
        labels (dict[str, tuple[int, ...]]): Right classes by the path of a
            video, or by the end of it. Take precedence over those in the
            file.
        class_names (Sequence[str]): Names of the classes. Defaults to none.

    Returns:
        Run: The results.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If there is nothing in it that can be shown.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'result file {path} does not exist')
    names = dict(enumerate(class_names))
    if path.endswith(('.pkl', '.pickle')):
        videos = [_from_sample(sample, labels) for sample in read_dump(path)]
    else:
        videos = []
        for record in _records(path):
            videos.append(_from_record(record, labels, Path(path).parent))
            for entry in record.get('top', ()):
                if 'name' in entry:
                    names.setdefault(entry['label'], entry['name'])
    if not videos:
        raise ValueError(f'result file {path} has no recognised video')
    for video in videos:
        if not np.isfinite(video.score):
            raise ValueError(
                f'result file {path}: the score of {video.path} is '
                f'{video.score}; look for the cause in its weights')
    name = PurePath(path).stem
    if name in ('results', 'dump', 'predictions'):
        name = Path(path).absolute().parent.name
    return Run(name, videos, names)


def read_labels(path: str, delimiter: str = ' '
                ) -> Dict[str, Tuple[int, ...]]:
    """Read an annotation file, lines of a path and one or more labels.

    Args:
        path (str): The file.
        delimiter (str): Between path and labels. Defaults to a blank.

    Returns:
        dict[str, tuple[int, ...]]: Labels by path, without ``./``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a line has no whole number for a label.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'annotation file {path} does not exist')
    found = {}
    for number, line in enumerate(
            Path(path).read_text(encoding='utf-8-sig').split('\n'), 1):
        if not line.strip():
            continue
        try:
            name, found_labels = split_line(line, delimiter)
        except ValueError as error:
            raise ValueError(f'{path}, line {number}: {error}') from error
        found[PurePath(name).as_posix()] = found_labels
    return found


def _records(path: str) -> Iterator[dict]:
    with open(path, encoding='utf-8-sig') as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                if line.endswith('\n'):
                    raise ValueError(
                        f'{path}, line {number} is no JSON; give the '
                        f'results.jsonl of mmaction_sampler.infer') from error


def _truth(path: str, labels: Dict[str, Tuple[int, ...]]) -> Tuple[int, ...]:
    """Labels of the longest end of a path that has any."""
    parts = PurePath(path).parts
    for i in range(len(parts)):
        found = labels.get('/'.join(parts[i:]).replace('//', '/'))
        if found is not None:
            return found
    return ()


def _from_record(record: dict, labels: Dict[str, Tuple[int, ...]],
                 folder: Path) -> Video:
    """A line of ``results.jsonl``."""
    top = record.get('top') or [dict(label=record['pred_label'], score=0.)]
    truth = _truth(record['path'], labels)
    total = max(record['total_frames'], 1)
    start = record.get('start_index', 0)
    middles = [np.mean(inds) for inds in record['frame_inds']]
    candidates = record.get('candidate_frame_inds') or record['frame_inds']
    sheet = folder / record['sheet'] if record.get('sheet') else None
    # A line may come from anywhere, and the page from there into the world.
    if sheet and not sheet.resolve().is_relative_to(folder.resolve()):
        sheet = None
    return Video(
        path=record['path'], label=top[0]['label'], score=top[0]['score'],
        truth=truth,
        true_score=max([e['score'] for e in top if e['label'] in truth],
                       default=None),
        cost={k: v / 1e9 for k, v in record['cost'].items()},
        num_selected=len(middles), num_candidates=len(candidates),
        places=[(m - start + .5) / total for m in middles],
        steps=[step['label'] for step in record.get('steps', ())],
        sheet=str(sheet) if sheet and sheet.is_file() else '')


def _from_sample(sample: dict, labels: Dict[str, Tuple[int, ...]]) -> Video:
    """A sample that ``tools/test.py --dump`` wrote."""
    for key in ('pred_score', 'selection', 'cost'):
        if key not in sample:
            raise ValueError(
                f'a dumped sample has no {key}; the dump must be of a '
                f'recognizer of mmaction_sampler')
    path = str(sample.get('filename') or sample.get('frame_dir') or '')
    scores = torch.as_tensor(sample['pred_score']).float()
    truth = _truth(path, labels)
    if not truth and 'gt_label' in sample:
        truth = labels_of(torch.as_tensor(sample['gt_label']))
    wrong = [label for label in truth if not label < len(scores)]
    if wrong:
        raise ValueError(
            f'{path} has the label {wrong[0]}, but the run knows '
            f'{len(scores)} classes; is --ann-file that of its data set?')
    selection = sample['selection']
    return Video(
        path=path, label=int(scores.argmax()), score=float(scores.max()),
        truth=truth,
        true_score=max([float(scores[i]) for i in truth], default=None),
        cost={k: float(v) / 1e9 for k, v in sample['cost'].items()},
        num_selected=len(selection['inds']),
        num_candidates=int(selection['num_candidates']),
        places=_places(sample), steps=_steps(sample), sheet='')


def _places(sample: dict) -> List[float]:
    """Share of the video's length at which the selected units lie."""
    inds: Optional[np.ndarray] = sample.get('frame_inds')
    if inds is None or not sample.get('total_frames'):
        return []
    selection = sample['selection']
    candidates = np.asarray(inds).reshape(selection['num_candidates'], -1)
    chosen = candidates[torch.as_tensor(selection['inds']).numpy()]
    start = sample.get('start_index') or 0
    return ((chosen.mean(axis=1) - start + .5)
            / sample['total_frames']).tolist()


def _steps(sample: dict) -> List[int]:
    scores = sample.get('step_scores')
    return [] if scores is None else torch.as_tensor(
        scores).argmax(dim=-1).tolist()
