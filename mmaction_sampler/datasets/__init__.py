from . import transforms  # noqa: F401
from .quarantine import add_to_quarantine, read_quarantine
from .seeded_samples import SeededSamples
from .untrimmed_video_dataset import UntrimmedVideoDataset

__all__ = [
    'SeededSamples', 'UntrimmedVideoDataset', 'add_to_quarantine',
    'read_quarantine'
]
