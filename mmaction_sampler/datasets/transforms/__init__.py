from .candidates import SampleCandidateFrames
from .glance_focus import SampleGlanceFocusFrames

__all__ = ['SampleCandidateFrames', 'SampleGlanceFocusFrames']
