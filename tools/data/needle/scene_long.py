"""The long variant of a needle video: one event among decoys.

45 to 60 seconds at the default settings. During the event both plates of the
label move fast and sound. Decoys are pairs of plates of other classes, slow
and silent, so that averaging over all of the time is polluted. Now and then
the event's tones sound where nothing is to be seen, so that sound alone is
not perfect either.
"""
from typing import List, Sequence, Tuple

import numpy as np
from scene import (NUM_CLASSES, PERIODS, PLATE_SPEED, Plate, bounce,
                   draw_spans, split_frame, textures_of)

NUM_DECOYS = 4
NUM_FALSE_TONES = 2
DECOY_SPEED = 0.5  # pixels per frame
# Frames that each takes, both ends included.
EVENT_LENGTHS = (60, 90)
DECOY_LENGTHS = (60, 90)
FALSE_TONE_LENGTHS = (24, 48)
# A video's length as a share of the number of frames that was asked for.
LENGTH_SHARES = (0.86, 1.14)
# The event and all decoys find time even in the shortest video.
MIN_LONG_FRAMES = 524


def draw_scene_with_decoys(rng: np.random.Generator, label: int, easy: bool,
                           num_frames: int, size: int) -> List[Plate]:
    """The event, the decoys and the tones of one video.

    Args:
        rng: The video's own generator.
        label: Class in 0..7.
        easy: Not used: there is one kind of video.
        num_frames: Frames of this video, at least ``MIN_LONG_FRAMES`` times
            the smaller of ``LENGTH_SHARES``.
        size: Side of the square frame in pixels, at least ``MIN_SIZE``.

    Returns:
        Plates that are seen and heard (the event), seen alone (decoys) or
        heard alone. What is seen never overlaps in time, save for the two
        plates of a pair.
    """
    ranges = [EVENT_LENGTHS] + NUM_DECOYS * [DECOY_LENGTHS]
    lengths = [int(rng.integers(*r, endpoint=True)) for r in ranges]
    event, *others = draw_spans(rng, lengths, num_frames)
    plates = draw_pair(rng, label, event, PLATE_SPEED, size)
    # Decoys of one video are of different classes, so that none of them
    # outvotes the event by itself.
    steps = 1 + rng.permutation(NUM_CLASSES - 1)[:NUM_DECOYS]
    for step, span in zip(steps, others):
        plates += draw_pair(rng, (label + int(step)) % NUM_CLASSES, span,
                            DECOY_SPEED, size, heard=False)
    for _ in range(NUM_FALSE_TONES):
        plates += draw_false_tones(rng, event, num_frames)
    return plates


def draw_pair(rng: np.random.Generator, label: int, span: Sequence[int],
              speed: float, size: int, heard: bool = True) -> List[Plate]:
    """Plates A and B of a class, side by side for the same frames."""
    start, stop = span
    return [
        Plate(kind, texture, start, stop,
              np.rint(bounce(rng, low, high, stop - start, speed)).astype(
                  np.int64), rng.uniform(*PERIODS), heard=heard)
        for kind, texture, (low, high) in zip('ab', textures_of(label),
                                              split_frame(rng, size))
    ]


def draw_false_tones(rng: np.random.Generator, event: Tuple[int, int],
                     num_frames: int) -> List[Plate]:
    """The tones of both plates, before or after the event.

    Returns:
        Two plates that are not seen, or none if there is no room.
    """
    length = int(rng.integers(*FALSE_TONE_LENGTHS, endpoint=True))
    places = [(low, high - length)
              for low, high in ((0, event[0]), (event[1], num_frames))
              if high - length > low]
    if not places:
        return []
    first = int(rng.integers(*places[int(rng.integers(len(places)))]))
    nowhere = np.zeros((length, 2), np.int64)
    return [
        Plate(kind, '', first, first + length, nowhere, 0., seen=False)
        for kind in 'ab'
    ]
