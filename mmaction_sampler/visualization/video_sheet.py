"""The sheet of one video: prediction, cost, candidates, scores, steps."""
import numpy as np

from mmaction_sampler.structures import Selection
from .candidates import CandidatePictures
from .charts import bar_list, score_chart, stack, step_chart
from .contact_sheet import contact_sheet
from .drawing import BACKGROUND, FAINT, TEXT, shorten, wrap_text, write_text
from .facts import VideoFacts

_MIN_WIDTH = 640
_MARGIN = 12
_STEP_CLASSES = 3
_SCORE_TITLES = dict(
    frame='Probability of each candidate being selected',
    patch='Probability of each frame being looked at closely',
    clip='Saliency of each clip')


def video_sheet(pictures: CandidatePictures,
                facts: VideoFacts) -> np.ndarray:
    """Draw all that is known of a recognised video on one sheet.

    From top to bottom: its name; the best classes and what each component
    cost, as bars; the candidates, the selected ones framed; their scores
    over time, if the method gives any; and the prediction after each step,
    if there is one.

    Args:
        pictures (CandidatePictures): Of the candidates.
        facts (VideoFacts): What is known.

    Returns:
        np.ndarray: RGB uint8 ``(H, W, 3)``.
    """
    times = facts.times[pictures.positions]
    known = bool(np.isfinite(times).all())
    candidates = _widen(contact_sheet(
        pictures.frames, pictures.selection, times if known else None))
    width = candidates.shape[1] - 2 * _MARGIN
    parts = [_header(facts, width), _bars(facts, width)]
    charts = []
    selection = facts.selection
    if 'scores' in selection and len(selection.scores) == len(facts.times):
        everywhere = bool(np.isfinite(facts.times).all())
        order = np.arange(len(facts.times), dtype=float)
        charts.append(score_chart(
            facts.times if everywhere else order,
            selection.scores.float().cpu().numpy(), selection.inds.tolist(),
            width, _SCORE_TITLES[selection.unit],
            ' s' if everywhere else ''))
    if facts.step_scores is not None:
        labels = list(facts.step_labels)[:_STEP_CLASSES]
        charts.append(step_chart(
            facts.step_scores[:, labels], [name for name, _ in facts.top],
            width,
            'Class probability after each '
            f'{"clip" if selection.unit == "clip" else "frame"} seen'))
    sheet = [_framed(stack(parts)), candidates]
    if charts:
        sheet.append(_framed(stack(charts)))
    edge = np.full((_MARGIN, candidates.shape[1], 3), BACKGROUND, np.uint8)
    return np.concatenate([edge, *sheet, edge] if charts else [edge, *sheet])


def _header(facts: VideoFacts, width: int) -> np.ndarray:
    """Name of the video, and how much of it was selected."""
    selection = facts.selection
    count = len(selection.inds)
    text = (f'{count} of {selection.num_candidates} '
            f'{_plural(selection)} through the heavy network')
    if facts.truth:
        text += f'; the right class is {facts.truth}'
    lines = wrap_text(text, width, 13)
    image = np.full((26 + 20 * len(lines), width, 3), BACKGROUND, np.uint8)
    write_text(image, shorten(facts.name, width, 17), (0, 17), 17, TEXT)
    for i, line in enumerate(lines):
        write_text(image, line, (0, 38 + 20 * i), 13, FAINT)
    return image


def _plural(selection: Selection) -> str:
    return dict(frame='candidate frames', patch='frames had a patch that went',
                clip='clips')[selection.unit]


def _bars(facts: VideoFacts, width: int) -> np.ndarray:
    """The best classes beside the cost of the components."""
    total = sum(facts.cost.values())
    left = (width - 10) // 2
    right = width - 10 - left
    classes = bar_list(
        [(name, score, f'{score:.3f}')
         for name, score in facts.top], left, 'Prediction')
    costs = bar_list(
        [(name, macs / max(total, 1e-12), f'{macs / 1e9:.4g}')
         for name, macs in sorted(facts.cost.items(), key=lambda x: -x[1])],
        right, f'Cost: {total / 1e9:.4g} GFLOPs')
    height = max(len(classes), len(costs))
    return np.concatenate([
        _padded(classes, height),
        np.full((height, 10, 3), BACKGROUND, np.uint8),
        _padded(costs, height)], axis=1)


def _padded(image: np.ndarray, height: int) -> np.ndarray:
    """A panel made as high as its neighbour."""
    more = np.broadcast_to(
        image[-1:, :1], (height - len(image), image.shape[1], 3))
    return np.concatenate([image, more])


def _framed(image: np.ndarray) -> np.ndarray:
    """With a margin left and right."""
    side = np.full((len(image), _MARGIN, 3), BACKGROUND, np.uint8)
    return np.concatenate([side, image, side], axis=1)


def _widen(image: np.ndarray) -> np.ndarray:
    """Wide enough for the panels."""
    missing = max(_MIN_WIDTH - image.shape[1], 0)
    side = np.full((len(image), missing, 3), BACKGROUND, np.uint8)
    return np.concatenate([image, side], axis=1)
