"""The sheet of a video, its charts, and its film."""
from pathlib import Path
from types import SimpleNamespace
from typing import Optional

import av
import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.structures import Selection
from mmaction_sampler.visualization import (StreamMovie, VideoFacts,
                                            candidate_pictures, movie,
                                            video_sheet, write_movie)
from mmaction_sampler.visualization.charts import (LINE_COLORS, bar_list,
                                                   score_chart, step_chart)
from mmaction_sampler.visualization.drawing import (MARK, shorten,
                                                    text_width, wrap_text,
                                                    write_text)
from mmaction_sampler.visualization.mp4 import Mp4Writer


def facts(count: int = 6, scores: bool = True, steps: bool = False,
          times: Optional[np.ndarray] = None, name: str = 'v.mp4',
          classes: Optional[list] = None) -> VideoFacts:
    sample = ActionDataSample().set_pred_score(torch.tensor([.7, .1, .2]))
    sample.selection = Selection.create(
        torch.tensor([1, 4]), count, unit='frame',
        scores=torch.linspace(.1, .9, count) if scores else None)
    sample.cost = dict(policy=1e9, classifier=3e9)
    if steps:
        sample.step_scores = torch.rand(count, 3).softmax(-1)
    times = np.arange(count) / 2. if times is None else times
    return VideoFacts.of_sample(sample, name, times, classes)


def pictures(known: VideoFacts, size: int = 24):
    frames = torch.randint(
        0, 200, (known.selection.num_candidates, 3, size, size),
        dtype=torch.uint8)
    return candidate_pictures(frames, known.selection)


def test_panels_are_there_where_there_is_something_to_show():
    heights = {}
    for scores in (False, True):
        for steps in (False, True):
            known = facts(scores=scores, steps=steps)
            heights[scores, steps] = len(video_sheet(pictures(known), known))
    assert heights[False, False] < heights[True, False] < heights[True, True]
    assert heights[True, False] == heights[False, True]


def test_names_in_any_writing_and_of_any_length():
    plain = facts()
    size = video_sheet(pictures(plain), plain).shape
    classes = ['\u8df3\u9ad8' * 40, 'b' * 300, '<b>']
    for name in ('\u00fc' * 400 + '.mp4', 'two\nlines\r\n.mp4', '\udcff.mp4'):
        known = facts(name=name, classes=classes)
        assert video_sheet(pictures(known), known).shape == size


def test_times_are_left_out_where_they_are_unknown():
    known = facts(times=np.full(6, np.nan))
    assert video_sheet(pictures(known), known).ndim == 3


def test_right_class_is_told():
    sample = ActionDataSample().set_pred_score(torch.tensor([.7, .3]))
    sample.set_gt_label([1])
    sample.selection = Selection.create(torch.tensor([0]), 1, unit='clip')
    sample.cost = {}
    known = VideoFacts.of_sample(sample, 'v', np.zeros(1), ['run', 'jump'])
    assert known.truth == 'jump'
    sample.set_gt_label(torch.tensor([1., 1.]))  # of several, zeros and ones
    several = VideoFacts.of_sample(sample, 'v', np.zeros(1), ['run', 'jump'])
    assert several.truth == 'run, jump'
    assert known.top[0] == ('run', pytest.approx(.7))


def test_bars_of_scores_are_in_place_and_proportional():
    scores = np.array([.2, .8, .4])
    chart = score_chart(np.array([0., 1., 2.]), scores, [1, 2], 300, 't')
    marked = (chart == MARK).all(-1)
    columns = np.flatnonzero(marked.any(axis=0))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    assert len(groups) == 2
    heights = [marked[:, g].any(axis=1).sum() for g in groups]
    assert heights[1] == pytest.approx(heights[0] / 2, abs=2)


def test_many_scores_are_a_line_with_marks():
    scores = np.zeros(500)
    scores[[100, 400]] = 1.
    chart = score_chart(np.arange(500.), scores, [100, 400], 600, 't')
    columns = np.flatnonzero((chart == MARK).all(-1).any(axis=0))
    assert 2 <= len(columns) <= 8
    assert (columns.max() - columns.min()) == pytest.approx(
        300 / 500 * (600 - 64), rel=.05)


def test_steps_are_lines_of_their_own_colour():
    steps = np.stack([np.linspace(0, 1, 9), np.linspace(1, 0, 9)], axis=1)
    chart = step_chart(steps, ['up', 'down'], 400, 't')
    for color, rises in zip(LINE_COLORS, (True, False)):
        rows, columns = np.nonzero((chart == color).all(-1))
        inside = columns < 400 - 400 // 3
        rows, columns = rows[inside], columns[inside]
        first = rows[columns < columns.min() + 10].mean()
        last = rows[columns > columns.max() - 10].mean()
        assert (last < first) == rises


def test_bar_list():
    image = bar_list([('a', 1., '1'), ('b', .5, '0.5')], 400, 't')
    widths = [(image[y] != image[y, -8]).any(-1).sum() for y in (38, 60)]
    assert image.shape[1] == 400 and widths[0] > 0


@pytest.mark.parametrize('text', ['short', 'w' * 300, '\u8df3' * 200, ''])
def test_text_fits(text):
    assert text_width(shorten(text, 120, 12), 12) <= 120
    lines = wrap_text(text, 120, 12)
    assert all(text_width(line, 12) <= 120 for line in lines)
    assert ''.join(lines) == text


def test_text_outside_the_picture_is_cut_off():
    image = np.zeros((20, 40, 3), np.uint8)
    for corner in ((-5, 10), (500, 10), (3, 400), (3, -50), (30, 19)):
        write_text(image, 'text', corner, 12, (255, 255, 255))
    assert image.any()


def test_film_shows_the_selected_ones_longer(tmp_path: Path):
    known = facts(steps=True)
    path = str(tmp_path / 'v.mp4')
    write_movie(path, pictures(known, 25), known)
    with av.open(path) as container:
        images = [f.to_ndarray(format='rgb24')
                  for f in container.decode(video=0)]
    assert len(images) == 4 * 3 + 2 * 9
    assert all(side % 2 == 0 for side in images[0].shape[:2])
    # A frame of the selection's colour is on while these are shown.
    framed = [np.abs(image[2, :, :].mean(0) - MARK).max() < 40
              for image in images]
    assert sum(framed) == 2 * 9
    assert framed[3] and not framed[0]


def test_film_counts_what_it_does_not_show(tmp_path: Path, monkeypatch):
    """24 pictures of 48 frames: the last has the final prediction."""
    scores = torch.tensor([[.9, .1]] * 30 + [[.2, .8]] * 18)
    sample = ActionDataSample().set_pred_score(scores[-1])
    sample.selection = Selection.create(torch.arange(48), 48, unit='frame')
    sample.cost, sample.step_scores = {}, scores
    known = VideoFacts.of_sample(sample, 'v', np.arange(48.), ['a', 'b'])
    shown, texts = pictures(known), []
    monkeypatch.setattr(movie, 'write_text',
                        lambda image, text, *more: texts.append(text))
    write_movie(str(tmp_path / 'v.mp4'), shown, known)
    assert len(shown.frames) == 24
    assert [text for text in texts if text in ('a 0.90', 'b 0.80')] == [
        'a 0.90' if place < 30 else 'b 0.80' for place in shown.positions]


def test_film_that_cannot_be_finished_is_closed(tmp_path: Path):
    closed = []

    def fail(frame):
        raise OSError('no space')

    with pytest.raises(OSError, match='no space'):
        with Mp4Writer(str(tmp_path / 'v.mp4'), 10) as film:
            film.add(np.zeros((32, 32, 3), np.uint8))
            film._container.close()
            film._container = SimpleNamespace(
                mux=list, close=lambda: closed.append(True))
            film._stream = SimpleNamespace(encode=fail)
    assert closed == [True]


def test_film_of_a_stream(tmp_path: Path):
    path = str(tmp_path / 's.mp4')
    record = dict(time=.1, top=[dict(label=1, score=.4)],
                  gflops=dict(total=2.), box=[1., 2., 17., 18.],
                  input_size=[24, 24])
    with StreamMovie(path) as movie:
        for _ in range(3):
            movie.add(np.zeros((31, 47, 3), np.uint8), record)
    with av.open(path) as container:
        assert len(list(container.decode(video=0))) == 3
