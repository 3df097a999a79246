from .adafocus import AdaFocus
from .adafocus_plus import AdaFocusPlus
from .adafocus_stream import AdaFocusStream, StreamOutput
from .adafocus_tsm import AdaFocusTSM
from .adafocus_update import PPODistributedDataParallel
from .adafocus_v2 import AdaFocusV2
from .adafocus_v2_tsm import AdaFocusV2TSM
from .base import ComponentRecognizer
from .clip_pattern import ClipPattern
from .clip_saliency_net import ClipSaliencyNet, SaliencyNet
from .faster import FASTER, ClipState
from .frame_ranker import FrameRanker
from .ocsampler import OCSampler
from .ocsampler_plus import OCSamplerPlus
from .scsampler import SCSampler

__all__ = [
    'AdaFocus', 'AdaFocusPlus', 'AdaFocusStream', 'AdaFocusTSM', 'AdaFocusV2',
    'AdaFocusV2TSM', 'ClipPattern', 'ClipSaliencyNet', 'ClipState',
    'ComponentRecognizer', 'FASTER', 'FrameRanker', 'OCSampler',
    'OCSamplerPlus', 'PPODistributedDataParallel', 'SCSampler', 'SaliencyNet',
    'StreamOutput'
]
