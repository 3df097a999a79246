"""What a needle video shows, where and when; no pixels are drawn here.

A scene is a list of plates. The label follows from the plates alone, so a
further variant of the data set is a further function that returns plates.
"""
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import List, Optional, Sequence, Tuple

import numpy as np

PLATE_SIZE = 28  # pixels, border included
# Of a video that a long plate is seen in.
LONG_SHARES = (Fraction(5, 12), Fraction(11, 24))
PLATE_SPEED = 3.0  # pixels per frame

A_TEXTURES = ('checker', 'rings', 'grid', 'dots')
B_TEXTURES = ('horizontal', 'vertical')
NUM_CLASSES = len(A_TEXTURES) * len(B_TEXTURES)

# Frames for which a plate of a hard video is visible, both ends included.
HARD_LENGTHS = {'a': (12, 17), 'b': (5, 7)}
PERIODS = (4.0, 5.0)  # range of the texture period in pixels

MIN_FRAMES = sum(longest for _, longest in HARD_LENGTHS.values())
# Two plates side by side, each with a few pixels to move in.
MIN_ROOM = 4
MIN_SIZE = 2 * (PLATE_SIZE + MIN_ROOM)


@dataclass(frozen=True)
class Plate:
    """One textured plate.

    Attributes:
        kind: 'a' or 'b'; decides the border colour and the tone.
        texture: One of ``A_TEXTURES`` or ``B_TEXTURES``.
        start: First frame in which the plate is visible.
        stop: Frame after the last visible one.
        corners: int64 array (stop - start, 2), the x and y of the plate's
            top left pixel in each visible frame.
        period: Texture period in pixels, 4 to 5.
        seen: Whether it is drawn.
        heard: Whether its tone sounds.
    """
    kind: str
    texture: str
    start: int
    stop: int
    corners: np.ndarray
    period: float
    seen: bool = True
    heard: bool = True


def textures_of(label: int) -> Tuple[str, str]:
    """The textures of plates A and B for a label 2a + b in 0..7."""
    a, b = divmod(label, len(B_TEXTURES))
    return A_TEXTURES[a], B_TEXTURES[b]


def bounce(rng: np.random.Generator, low: np.ndarray, high: np.ndarray,
           num_frames: int, speed: float) -> np.ndarray:
    """A straight path from a random place that bounces inside a box.

    Args:
        rng: Source of the starting point and of the direction.
        low: (2,) smallest x and y in pixels.
        high: (2,) largest x and y in pixels, each above ``low``.
        num_frames: Length of the path in frames.
        speed: Pixels per frame.

    Returns:
        float64 array (num_frames, 2) of x and y within [low, high].
    """
    low = np.asarray(low, dtype=np.float64)
    room = np.asarray(high, dtype=np.float64) - low
    place = rng.uniform(0, room)
    angle = rng.uniform(0, 2 * np.pi)
    step = speed * np.array([np.cos(angle), np.sin(angle)])
    travelled = place + np.arange(num_frames)[:, None] * step
    # Unfolded, the walls are mirrors: the way back is the second half of a
    # period of twice the room.
    return low + room - np.abs(np.mod(travelled, 2 * room) - room)


def draw_spans(
        rng: np.random.Generator,
        lengths: List[int],
        num_frames: int,
        order: Optional[Sequence[int]] = None) -> List[Tuple[int, int]]:
    """Random spans of given lengths that never overlap.

    Args:
        rng: Source of the gaps, and of the order if none is given.
        lengths: Frames of each span; their sum is at most ``num_frames``.
        num_frames: Frames of the video.
        order: Which span comes first, second and so on; random by default.

    Returns:
        For each length, in the order given, its (start, stop) frames with
        ``stop`` excluded.
    """
    slack = num_frames - sum(lengths)
    # Each cut is the number of idle frames before one span.
    idle = np.sort(rng.integers(0, slack, len(lengths), endpoint=True))
    spans = [(0, 0)] * len(lengths)
    busy = 0
    if order is None:
        order = rng.permutation(len(lengths))
    for before, which in zip(idle, order):
        start = int(before) + busy
        spans[which] = (start, start + lengths[which])
        busy += lengths[which]
    return spans


def split_frame(rng: np.random.Generator,
                size: int) -> List[Tuple[np.ndarray, np.ndarray]]:
    """Two boxes of plate corners, such that plates in them never touch.

    The frame is cut in two at a random place, across or along. A plate in
    the first box stays on one side of the cut, one in the second box on the
    other; which comes first is random too.

    Args:
        rng: Source of the cut.
        size: Side of the square frame in pixels, at least ``MIN_SIZE``.

    Returns:
        Two pairs (low, high) of int64 arrays (2,), as ``bounce`` takes them.
    """
    margin = PLATE_SIZE + MIN_ROOM
    cut = int(rng.integers(margin, size - margin, endpoint=True))
    axis = int(rng.integers(2))
    last = size - PLATE_SIZE
    near_high, far_low = np.array([last, last]), np.array([0, 0])
    near_high[axis] = cut - PLATE_SIZE
    far_low[axis] = cut
    boxes = [(np.array([0, 0]), near_high), (far_low, np.array([last, last]))]
    return boxes if rng.integers(2) else boxes[::-1]


def draw_main_scene(rng: np.random.Generator, label: int, easy: bool,
                    num_frames: int, size: int) -> List[Plate]:
    """The two plates of a video of the main set.

    Both are visible all the time in an easy video, side by side. In a hard
    one each is visible for a short while, never both at once.

    Args:
        rng: The video's own generator.
        label: Class in 0..7.
        easy: Whether both plates are always visible.
        num_frames: Frames of the video, at least ``MIN_FRAMES``.
        size: Side of the square frame in pixels, at least ``MIN_SIZE``.

    Returns:
        Plate A and plate B.
    """
    if easy:
        spans = [(0, num_frames)] * 2
        boxes = split_frame(rng, size)
    else:
        lengths = [
            int(rng.integers(*HARD_LENGTHS[kind], endpoint=True))
            for kind in 'ab'
        ]
        spans = draw_spans(rng, lengths, num_frames)
        boxes = [(np.zeros(2), np.full(2, size - PLATE_SIZE))] * 2
    return draw_plates(rng, label, spans, boxes)


def draw_plates(
        rng: np.random.Generator, label: int, spans: Sequence[Tuple[int, int]],
        boxes: Sequence[Tuple[np.ndarray, np.ndarray]]) -> List[Plate]:
    """Plate A and plate B, moving while they are visible.

    Args:
        rng: The video's own generator.
        label: 2a + b in 0..7.
        spans: Visible frames [start, stop) of A and of B.
        boxes: Corners that A and B may take, as ``bounce`` takes them.

    Returns:
        Plate A and plate B.
    """
    plates = []
    for kind, texture, (start, stop), (low, high) in zip(
            'ab', textures_of(label), spans, boxes):
        path = bounce(rng, low, high, stop - start, PLATE_SPEED)
        plates.append(
            Plate(kind, texture, start, stop,
                  np.rint(path).astype(np.int64), rng.uniform(*PERIODS)))
    return plates


def draw_long_scene(rng: np.random.Generator,
                    label: int,
                    num_frames: int,
                    size: int,
                    order: Optional[Sequence[int]] = None,
                    shares_of_b: Tuple[Fraction, Fraction] = LONG_SHARES
                    ) -> List[Plate]:
    """Two plates one after the other, A for 5/12 to 11/24 of the video.

    Args:
        rng: The video's own generator.
        label: 2a + b in 0..7.
        num_frames: Frames of the video, at least ``MIN_FRAMES``.
        size: Side of the square frame in pixels, at least ``MIN_SIZE``.
        order: (0, 1) for A first, (1, 0) for B; random by default.
        shares_of_b: Least and greatest share of the video in which B is
            seen; as A by default.

    Returns:
        Plate A and plate B.
    """
    ranges = [(math.ceil(num_frames * least), math.floor(num_frames * most))
              for least, most in (LONG_SHARES, shares_of_b)]
    lengths = [int(n) for n in rng.integers(
        *np.transpose(ranges), endpoint=True)]
    spans = draw_spans(rng, lengths, num_frames, order)
    box = (np.zeros(2), np.full(2, size - PLATE_SIZE))
    return draw_plates(rng, label, spans, [box, box])


def draw_labels(
        rng: np.random.Generator,
        num_videos: int,
        easy_fraction: float,
        num_classes: int = NUM_CLASSES) -> Tuple[np.ndarray, np.ndarray]:
    """Balanced labels of one split, in random order.

    Class counts differ by one at most, both among all videos and among the
    easy ones, so that neither the split nor the difficulty tells a class.

    Args:
        rng: Source of the order.
        num_videos: Videos of the split.
        easy_fraction: Share of easy videos, 0 to 1.
        num_classes: Number of classes.

    Returns:
        int64 labels (num_videos,) from 0 and bool flags (num_videos,).
    """
    labels = np.arange(num_videos) % num_classes
    easy = np.arange(num_videos) < round(num_videos * easy_fraction)
    order = rng.permutation(num_videos)
    return labels[order], easy[order]
