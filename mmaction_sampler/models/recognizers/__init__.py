from .adafocus import AdaFocus
from .adafocus_stream import AdaFocusStream, StreamOutput
from .adafocus_update import PPODistributedDataParallel
from .base import ComponentRecognizer
from .ocsampler import OCSampler

__all__ = [
    'AdaFocus', 'AdaFocusStream', 'ComponentRecognizer', 'OCSampler',
    'PPODistributedDataParallel', 'StreamOutput'
]
