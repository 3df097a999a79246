"""Files that say which frames of which video were selected."""
import json
import os
from pathlib import Path, PurePath
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, get_args

import numpy as np

from mmaction_sampler.structures import Unit

_MEND = ('write the file with tools/export_selection.py (started again, it '
         'completes an interrupted run)')
# What a line may leave out, and of which type everything has to be.
_DEFAULTS = dict(unit='frame', start_index=0, scores=[],
                 candidate_frame_inds=[])
_KINDS = dict(path=str, total_frames=int, frame_inds=list, unit=str,
              start_index=int, scores=list, candidate_frame_inds=list)

Parts = Tuple[str, ...]
Index = Dict[Parts, List['SelectionLine']]


class SelectionFileError(ValueError):
    """A selection file is malformed or is not of these videos."""


class SelectionLine(NamedTuple):
    """What was selected in one video, a line of the file.

    Attributes:
        number (int): Number of the line, from 1.
        path (str): Path of the video below the data prefix.
        total_frames (int): Frames of the video, at least 1.
        unit (str): ``'frame'``, ``'patch'`` or ``'clip'``.
        frame_inds (np.ndarray): Numbers of the selected frames, from 0,
            int64, ascending ``(K, )``, or of K clips ``(K, L)``.
        scores (np.ndarray, optional): Policy probability or saliency of
            each selected frame or clip, float64 ``(K, )``.
    """
    number: int
    path: str
    total_frames: int
    unit: Unit
    frame_inds: np.ndarray
    scores: Optional[np.ndarray]


class SelectionFile:
    """The lines of a selection file, found by a video's path.

    Every line is a JSON object with ``path``, ``total_frames`` and
    ``frame_inds``. Read if they are there: ``unit`` (by default
    ``'frame'``), ``start_index`` (number of a video's first frame, by
    default 0), and ``scores`` with ``candidate_frame_inds`` (one score for
    each candidate). Whatever else there is, is not read.

    Args:
        path (str): The file.

    Raises:
        FileNotFoundError: If there is no such file.
        SelectionFileError: If a line is malformed, a video has two lines,
            or there is none.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        if not Path(path).is_file():
            raise FileNotFoundError(
                f'selection file {path} does not exist; {_MEND}')
        text = Path(path).read_text(encoding='utf-8-sig')
        self.lines = [
            _parse(line, number, f'selection file {path}, line {number}')
            for number, line in enumerate(text.split('\n'), 1)
            if line.strip()
        ]
        if not self.lines:
            raise SelectionFileError(
                f'selection file {path} is empty; {_MEND}')
        self._indices: Dict[Tuple[Optional[int], bool], Index] = {}
        for lines in self._index(None, whole_name=True).values():
            if len(lines) > 1:
                raise SelectionFileError(
                    f'selection file {path} has several lines for '
                    f'{lines[0].path}: {_numbers(lines)}; keep one')

    def find(self,
             video: str,
             num_path_parts: Optional[int] = None) -> SelectionLine:
        """The line of a video.

        A line is the video's whose path ends with the line's path; of
        several such lines, the one with the longest path. The names may
        differ in an extension that only one of them has, so that the folder
        of a video's frames finds the line of the video.

        Args:
            video (str): Path of a video, or of the folder of its frames.
            num_path_parts (int, optional): Compare this many last parts of
                both paths instead, 1 for names alone. Defaults to None.

        Returns:
            SelectionLine: The line.

        Raises:
            SelectionFileError: If there is none, or are several.
        """
        names = self._index(num_path_parts, whole_name=True)
        stems = self._index(num_path_parts, whole_name=False)
        parts = _parts(video)
        lengths = range(len(parts), 0, -1)
        for length in [num_path_parts] if num_path_parts else lengths:
            key = parts[-length:]
            lines = names.get(key) or stems.get(key) or names.get(
                _without_extension(key), [])
            if len(lines) > 1:
                raise SelectionFileError(
                    f'selection file {self.path} has several lines that may '
                    f'be for video {video}: {_numbers(lines)}; set '
                    f'num_path_parts of SampleSelectedFrames higher, or give '
                    f'the lines longer paths')
            if lines:
                return lines[0]
        raise SelectionFileError(
            f'selection file {self.path} has no line for video {video} (line '
            f'1 is for {self.lines[0].path}); export the split that it is '
            f'in, or, where only folders have other names, set '
            f'num_path_parts of SampleSelectedFrames')

    def _index(self, num_parts: Optional[int], whole_name: bool) -> Index:
        """Lines by the last parts of their paths, or by all of them."""
        if (num_parts, whole_name) not in self._indices:
            index: Index = {}
            for line in self.lines:
                key = _parts(line.path)[-(num_parts or 0):]
                key = key if whole_name else _without_extension(key)
                index.setdefault(key, []).append(line)
            self._indices[num_parts, whole_name] = index
        return self._indices[num_parts, whole_name]


def _parse(text: str, number: int, place: str) -> SelectionLine:
    """Check one line."""
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise SelectionFileError(
            f'{place}: is no JSON ({error}); {_MEND}') from error
    if not isinstance(fields, dict):
        raise SelectionFileError(f'{place}: is no JSON object; {_MEND}')
    fields = {**_DEFAULTS, **fields}
    for key, kind in _KINDS.items():
        if not isinstance(fields.get(key), kind):
            raise SelectionFileError(
                f'{place}: needs {key!r} of type {kind.__name__}, but has '
                f'{fields.get(key)!r}; {_MEND}')
    unit = fields['unit']
    if unit not in get_args(Unit):
        raise SelectionFileError(
            f'{place}: unit must be one of {get_args(Unit)}, but is {unit!r}')
    start = fields['start_index']
    inds = _frame_numbers(fields['frame_inds'], unit, place) - start
    total_frames = fields['total_frames']
    if inds.size and not (0 <= inds.min() and inds.max() < total_frames):
        raise SelectionFileError(
            f'{place}: frame_inds must be within [{start}, '
            f'{start + total_frames}), the total_frames of the video, but '
            f'are {fields["frame_inds"]}; {_MEND}')
    return SelectionLine(number, fields['path'], total_frames, unit, inds,
                         _selected_scores(fields, place))


def _frame_numbers(values: list, unit: Unit, place: str) -> np.ndarray:
    """Frame numbers as int64, ``(K, )`` or of clips ``(K, L)``."""
    shape, wanted = ('(K, L)', 2) if unit == 'clip' else ('(K, )', 1)
    try:
        inds = np.array(values or np.empty((0, ) * wanted, np.int64))
    except ValueError:  # clips of differing lengths
        inds = np.empty(0)
    if inds.dtype.kind != 'i' or inds.ndim != wanted:
        raise SelectionFileError(
            f'{place}: frame_inds of unit {unit!r} must be whole numbers '
            f'{shape}, but are {values}; {_MEND}')
    if wanted == 1 and (np.diff(inds) < 0).any():
        raise SelectionFileError(
            f'{place}: frame_inds must ascend, but are {values}; {_MEND}')
    return inds.astype(np.int64)


def _selected_scores(fields: Dict[str, Any],
                     place: str) -> Optional[np.ndarray]:
    """Scores of what was selected, out of those of all candidates."""
    scores, candidates = fields['scores'], fields['candidate_frame_inds']
    if not scores:
        return None
    by_frames: Dict[str, float] = {}
    try:
        for inds, score in zip(map(str, candidates), scores):
            # Candidates of a short video repeat.
            by_frames[inds] = max(score, by_frames.get(inds, score))
        selected = [by_frames[str(inds)] for inds in fields['frame_inds']]
    except (KeyError, TypeError):
        selected = []
    if (len(scores) != len(candidates)
            or len(selected) != len(fields['frame_inds'])):
        raise SelectionFileError(
            f'{place}: scores must have one value for each of '
            f'candidate_frame_inds, and frame_inds must be among these; '
            f'{_MEND}')
    return np.array(selected, np.float64)


def _parts(path: str) -> Parts:
    return PurePath(os.path.normpath(path)).parts


def _without_extension(parts: Parts) -> Parts:
    return (*parts[:-1], PurePath(parts[-1]).stem)


def _numbers(lines: List[SelectionLine]) -> str:
    return ', '.join(f'line {line.number} ({line.path})' for line in lines)
