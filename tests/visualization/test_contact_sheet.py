"""The contact sheet of a selection."""
from typing import Optional, Tuple

import numpy as np
import pytest
import torch

from mmaction_sampler.structures import Selection
from mmaction_sampler.visualization import contact_sheet

SIZE = 120
MARK = (255, 176, 0)


def shades(num_frames: int = 10, size: int = SIZE) -> np.ndarray:
    """Frame i is plain red, level ``100 + 10 * i``."""
    frames = np.zeros((num_frames, size, size, 3), np.uint8)
    frames[..., 0] = 100 + 10 * np.arange(num_frames)[:, None, None]
    return frames


def select(inds: Tuple[int, ...] = (2, 7),
           scores: Optional[torch.Tensor] = None,
           boxes: Optional[torch.Tensor] = None,
           num_candidates: int = 10) -> Selection:
    return Selection.create(
        torch.tensor(inds), num_candidates, unit='frame', scores=scores,
        boxes=boxes)


def place(sheet: np.ndarray, color: Tuple[int, int, int]) -> Tuple[int, int]:
    """Upper left corner of a colour on the sheet."""
    where = np.argwhere((sheet == color).all(-1))
    assert len(where), f'{color} is not on the sheet'
    return tuple(where.min(axis=0).tolist())


def test_selected_frames_keep_their_pixels_and_others_are_dimmed():
    sheet = contact_sheet(shades(), select())
    for i in range(10):
        level = 100 + 10 * i
        shown = level if i in (2, 7) else int(level * 0.4)
        y, x = place(sheet, (shown, 0, 0))
        area = sheet[y:y + SIZE, x:x + SIZE]
        assert (area == (shown, 0, 0)).all(), i
        around = sheet[y - 5:y + SIZE + 5, x - 5:x + SIZE + 5]
        is_marked = (around[0] == MARK).all() and (
            around[-1] == MARK).all() and (around[:, [0, -1]] == MARK).all()
        assert is_marked == (i in (2, 7)), i


def test_frames_stand_in_rows_in_order_of_time():
    frames = shades()
    sheet = contact_sheet(frames, select(tuple(range(10))))
    places = [place(sheet, tuple(frame[0, 0])) for frame in frames]
    assert places == sorted(places)
    assert len({y for y, _ in places}) == 2
    assert len({x for _, x in places}) == 5


@pytest.mark.parametrize('num_frames,rows,columns', [
    (1, 1, 1), (8, 1, 8), (9, 2, 5), (16, 2, 8), (17, 3, 6)])
def test_size_of_the_sheet(num_frames, rows, columns):
    sheet = contact_sheet(
        shades(num_frames), select((0, ), num_candidates=num_frames))
    assert sheet.dtype == np.uint8
    cell_height, cell_width = SIZE + 2 * 5 + 44, SIZE + 2 * 5
    assert sheet.shape == (rows * (cell_height + 10) - 10 + 24,
                           columns * (cell_width + 10) - 10 + 24, 3)


def test_small_frames_are_enlarged_by_a_whole_factor():
    sheet = contact_sheet(shades(size=50), select())
    area = (sheet == (120, 0, 0)).all(-1)
    assert area.sum() == 150 * 150


def test_title_is_broken_into_lines_that_fit():
    short = contact_sheet(shades(2), select((0, ), num_candidates=2),
                          title='a b')
    plain = contact_sheet(shades(2), select((0, ), num_candidates=2))
    long = contact_sheet(shades(2), select((0, ), num_candidates=2),
                         title='word ' * 30)
    assert plain.shape[0] < short.shape[0] < long.shape[0]
    assert plain.shape[1] == short.shape[1] == long.shape[1]
    background = long[0, 0]
    assert (long[:, -12:] == background).all()  # nothing runs off the edge
    added = long.shape[0] - plain.shape[0]
    assert (long[:added] != background).any()


def test_bars_are_as_long_as_their_share_of_the_highest_score():
    scores = torch.tensor([0.4, 0.2, 0., 0.4])
    selection = select((0, 1), scores, num_candidates=4)
    sheet = contact_sheet(shades(4), selection)
    footers = sheet[12 + SIZE + 10:]
    columns = [footers[:, 12 + i * 140:12 + i * 140 + 130] for i in range(4)]
    lengths = [(column == MARK).all(-1).any(axis=0).sum()
               for column in columns]
    assert lengths[0] > 50
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=1)
    assert lengths[2] == lengths[3] == 0  # not selected: another colour
    assert (columns[2] != columns[3]).any()


def test_without_scores_there_are_no_bars():
    sheet = contact_sheet(shades(4), select((0, 1), num_candidates=4))
    footers = sheet[12 + SIZE + 10:]
    assert not (footers == MARK).all(-1).any()


def test_times_stand_below_the_frames():
    frames, selection = shades(), select()
    numbered = contact_sheet(frames, selection)
    early = contact_sheet(frames, selection, np.arange(10) / 2)
    late = contact_sheet(frames, selection, np.arange(10) / 2 + 50)
    assert (numbered != early).any() and (early != late).any()


def test_boxes_are_drawn_on_the_selected_frames():
    boxes = torch.tensor([[10., 20., 40., 60.], [70., 70., 120., 120.]])
    sheet = contact_sheet(shades(), select(boxes=boxes))
    for i, (left, upper, right, lower) in zip((2, 7), boxes.int().tolist()):
        y, x = place(sheet, (100 + 10 * i, 0, 0))
        frame = sheet[y:y + SIZE, x:x + SIZE]
        drawn = np.argwhere((frame == (0, 230, 118)).all(-1))
        (top, start), (bottom, end) = drawn.min(0), drawn.max(0)
        # A line of two pixels straddles the outermost pixels of the box.
        assert abs(top - upper) <= 1 and abs(start - left) <= 1
        assert abs(bottom + 1 - lower) <= 1 and abs(end + 1 - right) <= 1
        inside = frame[upper + 3:lower - 3, left + 3:right - 3]
        assert (inside == (100 + 10 * i, 0, 0)).all()


def test_neither_frames_nor_selection_are_changed():
    frames = shades()
    scores = torch.rand(10)
    selection = select(scores=scores.clone())
    contact_sheet(frames, selection, title='t')
    assert (frames == shades()).all()
    assert torch.equal(selection.scores, scores)


@pytest.mark.parametrize('frames,times,message', [
    (shades().astype(np.float32), None, r'uint8 \(T, H, W, 3\), but got fl'),
    (shades()[0], None, r'uint8 \(120, 120, 3\)'),
    (shades().transpose(0, 3, 1, 2), None, r'\(10, 3, 120, 120\)'),
    (shades(9), None, 'of 10 candidates, but got 9 frames'),
    (shades(), np.zeros(9), r'each of the 10 frames, but got shape \(9,\)'),
])
def test_wrong_inputs_are_refused(frames, times, message):
    with pytest.raises(ValueError, match=message):
        contact_sheet(frames, select(), times)
