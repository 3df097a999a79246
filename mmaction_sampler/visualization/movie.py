"""Short annotated videos of what was selected."""
from typing import Iterator, Optional, Tuple

import cv2
import numpy as np

from .candidates import CandidatePictures
from .drawing import (BACKGROUND, BOX, FAINT, MARK, PANEL, TEXT, TRACK,
                      shorten, text_width, write_text)
from .facts import VideoFacts
from .mp4 import Mp4Writer

_RATE = 10
# Seconds that a candidate is shown, and a selected one.
_SHORT, _LONG = 0.3, 0.9
_WIDTH = 480
#: Of a frame; codecs refuse sides without bounds.
_HIGHEST = 960
_BELOW = 108
_BORDER = 6


def write_movie(path: str, pictures: CandidatePictures,
                facts: VideoFacts) -> None:
    """Write an mp4 that shows the candidates one after the other.

    In the order in which the recognizer took them; the selected ones stay
    longer and are framed, with their patch. Below them run a time line, the
    score of each, and the prediction so far where there is one.

    Args:
        path (str): File to write.
        pictures (CandidatePictures): Of the candidates.
        facts (VideoFacts): What is known.

    Raises:
        OSError: If the file cannot be written.
    """
    with Mp4Writer(path, _RATE) as movie:
        for image, seconds in _images(pictures, facts):
            movie.add(image, round(seconds * _RATE))


def _images(pictures: CandidatePictures, facts: VideoFacts) -> Iterator:
    """Each candidate's image, and how many seconds it stays."""
    row_of = {ind: row
              for row, ind in enumerate(pictures.selection.inds.tolist())}
    # Of all that were selected, not only of those that are shown.
    chosen = facts.selection.inds.cpu()
    for i, frame in enumerate(pictures.frames):
        row = row_of.get(i)
        seen = int((chosen <= int(pictures.positions[i])).sum())
        yield (_image(pictures, facts, i, row, seen, frame),
               _SHORT if row is None else _LONG)


def _image(pictures: CandidatePictures, facts: VideoFacts, index: int,
           row: Optional[int], seen: int, frame: np.ndarray) -> np.ndarray:
    """One picture of the film, its sides even as codecs need it."""
    scale = min((_WIDTH - 2 * _BORDER) / frame.shape[1],
                _HIGHEST / frame.shape[0])
    height, width = (max(round(side * scale), 1) for side in frame.shape[:2])
    picture = cv2.resize(frame, (width, height))
    if row is None:
        picture = (picture * 0.5).astype(np.uint8)
    elif 'boxes' in pictures.selection:
        box = pictures.selection.boxes[row].cpu().numpy() * scale
        left, top, right, bottom = box.round().astype(int).tolist()
        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), BOX, 3)
    total = height + 2 * _BORDER + _BELOW
    image = np.full((total + total % 2, _WIDTH, 3), BACKGROUND, np.uint8)
    if row is not None:
        image[:height + 2 * _BORDER] = MARK
    left = (_WIDTH - width) // 2
    image[_BORDER:height + _BORDER, left:left + width] = picture
    _caption(
        image[height + 2 * _BORDER:], pictures, facts, index, row, seen)
    return image


def _caption(below: np.ndarray, pictures: CandidatePictures,
             facts: VideoFacts, index: int, row: Optional[int],
             seen: int) -> None:
    """Time, prediction and the line of candidates below a picture."""
    time = facts.times[pictures.positions[index]]
    left = 'selected' if row is not None else 'not selected'
    if np.isfinite(time):
        left = f'{time:.2f} s, {left}'
    write_text(below, left, (10, 20), 14, MARK if row is not None else FAINT)
    name, score = _prediction(facts, seen)
    text = shorten(f'{name} {score:.2f}' if name else '', 230, 14)
    write_text(below, text, (_WIDTH - 10 - text_width(text, 14), 20), 14,
               TEXT)
    write_text(below, shorten(facts.name, _WIDTH - 20, 12), (10, 98), 12,
               FAINT)
    _time_line(below[32:80, 10:-10], pictures, index)


def _prediction(facts: VideoFacts, seen: int) -> Tuple[str, float]:
    """Class and score after the frames seen so far; or the final one."""
    if facts.step_scores is None:
        return facts.top[0]
    if not seen:
        return '', 0.
    steps = min(seen, len(facts.step_scores))
    if facts.selection.unit == 'clip':
        steps = len(facts.step_scores)
    names = dict(zip(facts.step_labels, [name for name, _ in facts.top]))
    label = int(facts.step_scores[steps - 1].argmax())
    return (names.get(label, f'class {label}'),
            float(facts.step_scores[steps - 1, label]))


def _time_line(line: np.ndarray, pictures: CandidatePictures,
               index: int) -> None:
    """A bar a candidate, as high as its score; the current one is bright."""
    selection = pictures.selection
    count = len(pictures.frames)
    chosen = set(selection.inds.tolist())
    scores = (selection.scores.float().numpy() if 'scores' in selection
              else np.ones(count))
    low = min(float(scores.min()), 0.)
    shares = (scores - low) / max(float(scores.max()) - low, 1e-12)
    edges = np.linspace(0, line.shape[1], count + 1).round().astype(int)
    line[:] = PANEL
    for i, share in enumerate(shares):
        top = round((len(line) - 4) * (1 - 0.95 * float(share)))
        color = MARK if i in chosen else FAINT
        if i > index:
            color = tuple((np.array(color) + TRACK) // 2)
        line[top:-4, edges[i] + 1:edges[i + 1] - 1] = color
    line[-3:, edges[index]:edges[index + 1]] = TEXT
