"""What policies that normalise over videos ask of a batch."""
from torch import Tensor, nn


def refuse_one_video(policy: nn.Module, maps: Tensor) -> None:
    """Stop where batch statistics would be those of one video.

    Args:
        policy (nn.Module): With batch normalisation of one row a video.
        maps (Tensor): Feature maps, float ``(B, T, C, h, w)``.

    Raises:
        ValueError: If ``policy`` is in training mode and B is 1.
    """
    if policy.training and len(maps) == 1:
        raise ValueError(
            f'{type(policy).__name__} normalises over the videos of a batch '
            f'and cannot train on one alone: set train_dataloader.drop_last '
            f'to True, or another batch size')
