from .clips import ClipBatch, ClipFrames, ClipStream, ClipStreamError
from .labels import labels_of
from .selection import Selection, Unit

__all__ = [
    'ClipBatch', 'ClipFrames', 'ClipStream', 'ClipStreamError', 'Selection',
    'Unit', 'labels_of'
]
