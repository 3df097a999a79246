from .audio import LoadLogMel
from .candidates import SampleCandidateFrames
from .clip_inputs import PackClipFeatures, PackClipStream
from .clip_scores import LoadClipScores
from .clips import SampleVideoClips
from .compressed import LoadIFrames, LoadMotionFeatures
from .frame_order import OrderFrames
from .glance_focus import SampleGlanceFocusFrames
from .selected import SampleSelectedFrames
from .sparse_decode import PyAVSparseDecode, PyAVSparseInit

__all__ = [
    'LoadClipScores', 'LoadIFrames', 'LoadLogMel', 'LoadMotionFeatures',
    'OrderFrames', 'PackClipFeatures', 'PackClipStream', 'PyAVSparseDecode',
    'PyAVSparseInit', 'SampleCandidateFrames', 'SampleGlanceFocusFrames',
    'SampleSelectedFrames', 'SampleVideoClips'
]
