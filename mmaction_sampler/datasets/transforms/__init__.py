from .candidates import SampleCandidateFrames
from .frame_order import OrderFrames
from .selected import SampleSelectedFrames

__all__ = ['OrderFrames', 'SampleCandidateFrames', 'SampleSelectedFrames']
