"""What is asked of policies that choose one place a video."""
from torch import Tensor, nn


def one_place(policy: nn.Module, offsets: object) -> Tensor:
    """Take the one place that a policy chose for each video.

    Args:
        policy (nn.Module): The policy.
        offsets (Tensor): What it gave, float ``(..., 1, 2)``.

    Returns:
        Tensor: The same.

    Raises:
        ValueError: If it is anything else.
    """
    if not isinstance(offsets, Tensor) or offsets.shape[-2] != 1:
        raise ValueError(
            f'{type(policy).__name__} chooses a place for every frame, but '
            f'this recognizer takes one a video: use VideoPatchPolicy or '
            f'ContinuousPatchPolicy, or VideoPatchRegressor for AdaFocusV2')
    return offsets


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
