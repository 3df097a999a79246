from .candidates import SampleCandidateFrames

__all__ = ['SampleCandidateFrames']
