from .base import ComponentRecognizer
from .frame_ranker import FrameRanker
from .ocsampler import OCSampler
from .ocsampler_plus import OCSamplerPlus

__all__ = ['ComponentRecognizer', 'FrameRanker', 'OCSampler', 'OCSamplerPlus']
