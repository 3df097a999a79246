from .candidates import SampleCandidateFrames
from .frame_order import OrderFrames
from .glance_focus import SampleGlanceFocusFrames
from .selected import SampleSelectedFrames

__all__ = [
    'OrderFrames', 'SampleCandidateFrames', 'SampleGlanceFocusFrames',
    'SampleSelectedFrames'
]
