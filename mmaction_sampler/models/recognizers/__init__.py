from .adafocus_v2 import AdaFocusV2
from .base import ComponentRecognizer
from .frame_ranker import FrameRanker
from .ocsampler import OCSampler
from .ocsampler_plus import OCSamplerPlus

__all__ = [
    'AdaFocusV2', 'ComponentRecognizer', 'FrameRanker', 'OCSampler',
    'OCSamplerPlus'
]
