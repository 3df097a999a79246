from .adafocus import AdaFocus
from .adafocus_plus import AdaFocusPlus
from .adafocus_stream import AdaFocusStream, StreamOutput
from .adafocus_tsm import AdaFocusTSM
from .adafocus_update import PPODistributedDataParallel
from .base import ComponentRecognizer
from .ocsampler import OCSampler

__all__ = [
    'AdaFocus', 'AdaFocusPlus', 'AdaFocusStream', 'AdaFocusTSM',
    'ComponentRecognizer', 'OCSampler', 'PPODistributedDataParallel',
    'StreamOutput'
]
