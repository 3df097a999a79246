from .base import ComponentRecognizer
from .ocsampler import OCSampler

__all__ = ['ComponentRecognizer', 'OCSampler']
