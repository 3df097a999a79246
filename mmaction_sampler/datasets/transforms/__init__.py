from .candidates import SampleCandidateFrames
from .selected import SampleSelectedFrames

__all__ = ['SampleCandidateFrames', 'SampleSelectedFrames']
