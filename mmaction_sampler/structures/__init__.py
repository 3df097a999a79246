from .clips import ClipBatch, ClipFrames, ClipStream, ClipStreamError
from .selection import Selection, Unit

__all__ = [
    'ClipBatch', 'ClipFrames', 'ClipStream', 'ClipStreamError', 'Selection',
    'Unit'
]
