from .audio import LoadLogMel
from .candidates import SampleCandidateFrames
from .clips import SampleVideoClips
from .compressed import LoadIFrames, LoadMotionFeatures
from .frame_order import OrderFrames
from .glance_focus import SampleGlanceFocusFrames
from .selected import SampleSelectedFrames
from .sparse_decode import PyAVSparseDecode, PyAVSparseInit

__all__ = [
    'LoadIFrames', 'LoadLogMel', 'LoadMotionFeatures', 'OrderFrames',
    'PyAVSparseDecode', 'PyAVSparseInit', 'SampleCandidateFrames',
    'SampleGlanceFocusFrames', 'SampleSelectedFrames', 'SampleVideoClips'
]
