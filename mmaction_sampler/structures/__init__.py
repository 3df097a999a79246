from .clips import ClipBatch, ClipFrames, ClipStream
from .selection import Selection, Unit

__all__ = ['ClipBatch', 'ClipFrames', 'ClipStream', 'Selection', 'Unit']
