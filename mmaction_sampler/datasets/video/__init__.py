"""Video files; nothing else in the package imports PyAV."""
from .container import VideoError
from .index import VideoIndex, read_index, refuse_incomplete
from .reader import VideoReader

__all__ = [
    'VideoError', 'VideoIndex', 'VideoReader', 'read_index',
    'refuse_incomplete'
]
