from .transforms import *  # noqa: F401,F403
from .untrimmed_video_dataset import UntrimmedVideoDataset

__all__ = ['UntrimmedVideoDataset']
