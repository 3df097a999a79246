"""The variants of the needle data set: what a class is, and its scenes."""
from fractions import Fraction
from typing import Callable, Dict, List, NamedTuple, Tuple

import numpy as np
from scene import (MIN_FRAMES, NUM_CLASSES, Plate, draw_long_scene,
                   draw_main_scene)
from scene_long import (LENGTH_SHARES, MIN_LONG_FRAMES,
                        draw_scene_with_decoys)


class Variant(NamedTuple):
    """What distinguishes a variant.

    Attributes:
        draw: Scene of a video from its generator, its class, whether it is
            easy, the number of frames and the side of a frame in pixels.
        num_classes: Number of classes.
        easy_fractions: Share of easy videos by split.
        num_frames: Frames of a video by default.
        size: Side of a frame in pixels by default.
        min_frames: The fewest frames that a video may be asked to have.
        length_shares: Range of a video's frames, as shares of what was
            asked for.
    """
    draw: Callable[[np.random.Generator, int, bool, int, int], List[Plate]]
    num_classes: int
    easy_fractions: Dict[str, float]
    num_frames: int
    size: int
    min_frames: int = MIN_FRAMES
    length_shares: Tuple[float, float] = (1., 1.)

    @property
    def varies(self) -> bool:
        """Whether the videos differ in length."""
        return self.length_shares != (1., 1.)


def draw_order_scene(rng: np.random.Generator, label: int, easy: bool,
                     num_frames: int, size: int) -> List[Plate]:
    """Class 2a + b, and 8 more where plate B comes first."""
    b_first, plates = divmod(label, NUM_CLASSES)
    order = (1, 0) if b_first else (0, 1)
    return draw_long_scene(rng, plates, num_frames, size, order)


def draw_order_free_scene(rng: np.random.Generator, label: int, easy: bool,
                          num_frames: int, size: int) -> List[Plate]:
    """Class 2a + b, in either order; B is seen in few of the clips."""
    return draw_long_scene(rng, label, num_frames, size,
                           shares_of_b=SHORT_SHARES)


# 20 to 28 of 96 frames, about three of twelve clips.
SHORT_SHARES = (Fraction(5, 24), Fraction(7, 24))
NONE_EASY = dict(train=0., val=0., test=0.)
VARIANTS = {
    'main': Variant(
        draw_main_scene, NUM_CLASSES,
        dict(train=0.4, val=50 / 240, test=50 / 240), 50, 112),
    'order': Variant(draw_order_scene, 2 * NUM_CLASSES, NONE_EASY, 96, 64),
    'order-free': Variant(
        draw_order_free_scene, NUM_CLASSES, NONE_EASY, 96, 64),
    'long': Variant(
        draw_scene_with_decoys, NUM_CLASSES, NONE_EASY, 525, 112,
        MIN_LONG_FRAMES, LENGTH_SHARES),
}
