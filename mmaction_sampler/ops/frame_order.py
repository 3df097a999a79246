"""The order in which frames are looked at one after another."""
from typing import List


def coarse_to_fine_order(num_frames: int) -> List[int]:
    """Frames ordered so that any first few cover the whole video.

    The middle, both ends, then again and again the middles of the gaps that
    are left, from left to right: bisection, breadth first. It is the order
    of AdaFocusV2's conditional exit and of FrameExit (up to 19 frames; of 20
    or more AdaFocusV2's code takes some late ones in another order). For 10
    frames it is 4, 0, 9, 2, 6, 1, 3, 5, 7, 8.

    Args:
        num_frames (int): T, at least 1.

    Returns:
        list[int]: Every position in [0, T) once.

    Raises:
        ValueError: If there is no frame.
    """
    if num_frames < 1:
        raise ValueError(f'num_frames must be at least 1, but got '
                         f'{num_frames}')
    last = num_frames - 1
    order = list(dict.fromkeys([last // 2, 0, last]))
    while len(order) < num_frames:
        marks = sorted(order)
        order += [(a + b) // 2 for a, b in zip(marks, marks[1:])
                  if b - a > 1]
    return order
