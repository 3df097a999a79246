from .candidates import SampleCandidateFrames
from .frame_order import OrderFrames

__all__ = ['OrderFrames', 'SampleCandidateFrames']
