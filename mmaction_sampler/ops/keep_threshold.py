"""The threshold that keeps a wanted share of all frames."""
import torch
from torch import Tensor


def solve_keep_threshold(keep_probs: Tensor, keep_ratio: float) -> Tensor:
    """Solve AdaFocus+'s threshold rho for a share eta of the frames.

    AdaFocus Sec. 3.3: the frames with the largest keep probabilities are
    kept. The threshold lies halfway between the least of them and the next
    frame, so that rounding moves no frame across it.

    Args:
        keep_probs (Tensor): Keep probabilities of all frames of a data
            split, any shape, float in [0, 1].
        keep_ratio (float): Eta, share of frames to keep, in (0, 1].

    Returns:
        Tensor: Rho, scalar float in [0, 1]; 0 if all frames are kept. Equal
        probabilities at the threshold are kept together.

    Raises:
        ValueError: If ``keep_ratio`` is not in (0, 1] or there is no frame.
    """
    if not 0 < keep_ratio <= 1:
        raise ValueError(
            f'keep_ratio must be in (0, 1], but got {keep_ratio}')
    if not keep_probs.numel():
        raise ValueError('there are no frames to solve the threshold on')
    descending = keep_probs.flatten().sort(descending=True).values
    num_kept = max(round(keep_ratio * len(descending)), 1)
    if num_kept == len(descending):
        return torch.zeros_like(descending[0])
    least, skipped = descending[num_kept - 1], descending[num_kept]
    middle = (least + skipped) / 2
    # Between neighbours among float numbers there is none.
    return torch.where(middle > skipped, middle, least)
