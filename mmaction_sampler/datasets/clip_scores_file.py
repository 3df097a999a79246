"""Files with the oracle's scores of the clips of training videos."""
import json
import os
from pathlib import Path, PurePath
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

_MEND = ('write the file with tools/scsampler/score_clips.py (started again, '
         'it completes an interrupted run)')
_KINDS = dict(path=str, total_frames=int, clip_len=int, frame_interval=int,
              confidence=list)


class ClipScoresError(ValueError):
    """A file of clip scores is malformed or is not of these videos."""


class ClipScoresMissing(ClipScoresError, FileNotFoundError):
    """There is no such file of clip scores."""


class ClipScoresLine(NamedTuple):
    """The scores of one video's clips, a line of the file.

    Attributes:
        number (int): Number of the line, from 1.
        path (str): Path of the video below the data prefix.
        total_frames (int): Frames of the video, at least 1.
        clip_len (int): Frames of a clip.
        frame_interval (int): Frames from one of a clip's to the next.
        confidence (np.ndarray): Probability of the video's label in each
            clip f_y, clips being without gap or overlap from the first frame
            on, float32 ``(n, )`` in [0, 1].
        labels (tuple[int, ...], optional): The video's labels when it was
            scored, ascending. None where the line does not say.
    """
    number: int
    path: str
    total_frames: int
    clip_len: int
    frame_interval: int
    confidence: np.ndarray
    labels: Optional[Tuple[int, ...]]


class ClipScoresFile:
    """The lines of a file, found by a video's path.

    Args:
        path (str): The file, one JSON object a line.

    Raises:
        ClipScoresMissing: If there is no such file.
        ClipScoresError: If a line is malformed, a video has two lines, or
            there is none.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        if not Path(path).is_file():
            raise ClipScoresMissing(
                f'file of clip scores {path} does not exist; {_MEND}')
        text = Path(path).read_bytes().decode('utf-8-sig', errors='replace')
        self.lines: List[ClipScoresLine] = [
            _parse(line, number, f'file of clip scores {path}, line {number}')
            for number, line in enumerate(text.split('\n'), 1)
            if line.strip()
        ]
        if not self.lines:
            raise ClipScoresError(
                f'file of clip scores {path} is empty; {_MEND}')
        self._by_path: Dict[str, ClipScoresLine] = {}
        for line in self.lines:
            key = _normalised(line.path)
            other = self._by_path.setdefault(key, line)
            if other is not line:
                raise ClipScoresError(
                    f'file of clip scores {path} has several lines for '
                    f'{line.path}: {other.number} and {line.number}; keep '
                    f'one')

    def find(self, video: str) -> ClipScoresLine:
        """The line whose path the video's path ends with.

        Args:
            video (str): Path of a video.

        Returns:
            ClipScoresLine: Of several such lines, that of the longest path.

        Raises:
            ClipScoresError: If there is none.
        """
        parts = PurePath(_normalised(video)).parts
        for first in range(len(parts)):
            line = self._by_path.get(str(PurePath(*parts[first:])))
            if line is not None:
                return line
        raise ClipScoresError(
            f'file of clip scores {self.path} has no line for video {video} '
            f'(line 1 is for {self.lines[0].path}); {_MEND}')


def _parse(text: str, number: int, place: str) -> ClipScoresLine:
    """Check one line."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:  # or a number too long
        raise ClipScoresError(f'{place}: is no JSON ({error}); {_MEND}'
                              ) from error
    if not isinstance(fields, dict):
        raise ClipScoresError(f'{place}: is no JSON object; {_MEND}')
    for key, kind in _KINDS.items():
        value = fields.get(key)
        if not isinstance(value, kind) or isinstance(value, bool) or (
                kind is int and value < 1):
            raise ClipScoresError(
                f'{place}: needs {key!r}, a {kind.__name__}'
                f'{" of at least 1" if kind is int else ""}, but has '
                f'{str(value)[:80]!r}; {_MEND}')
    span = fields['clip_len'] * fields['frame_interval']
    wanted = max(fields['total_frames'] // span, 1)
    return ClipScoresLine(
        number, fields['path'], fields['total_frames'], fields['clip_len'],
        fields['frame_interval'],
        _confidence(fields['confidence'], wanted, place),
        _labels(fields.get('labels'), place))


def _labels(values: Any, place: str) -> Optional[Tuple[int, ...]]:
    """Class numbers, or None if the line does not say."""
    if values is None:
        return None
    if not isinstance(values, list) or not all(
            isinstance(v, int) and v >= 0 for v in values):
        raise ClipScoresError(
            f'{place}: labels must be whole numbers, but are '
            f'{str(values)[:80]}; {_MEND}')
    return tuple(values)


def _confidence(values: list, wanted: int, place: str) -> np.ndarray:
    """Probabilities as float32 ``(n, )``."""
    is_number = all(isinstance(v, (int, float)) and not isinstance(v, bool)
                    for v in values)
    # NaN fails the comparison, too.
    if not is_number or not all(0 <= v <= 1 for v in values):
        raise ClipScoresError(
            f'{place}: confidence must be numbers in [0, 1], but is '
            f'{str(values)[:80]}; {_MEND}')
    if len(values) != wanted:
        raise ClipScoresError(
            f'{place}: confidence has {len(values)} numbers, but '
            f'total_frames, clip_len and frame_interval make {wanted} '
            f'clip(s); {_MEND}')
    return np.array(values, np.float32)


def _normalised(path: str) -> str:
    return str(PurePath(os.path.normpath(path)))
