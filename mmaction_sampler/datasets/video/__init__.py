"""Video files; nothing else in the package reads them."""
from .audio import Sound, read_sound
from .compressed import CompressedReader, FrameFeatures
from .container import CODEC_VERSION, VideoError
from .frame_times import frame_seconds
from .index import VideoIndex, read_index, refuse_incomplete
from .reader import VideoReader

__all__ = [
    'CODEC_VERSION', 'CompressedReader', 'FrameFeatures', 'Sound',
    'VideoError', 'VideoIndex', 'VideoReader', 'frame_seconds', 'read_index',
    'read_sound', 'refuse_incomplete'
]
