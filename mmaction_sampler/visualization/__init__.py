"""Pictures of what was selected."""
from .candidates import CandidatePictures, candidate_pictures
from .contact_sheet import contact_sheet
from .facts import VideoFacts, middle_frames
from .movie import write_movie
from .picture_name import picture_name
from .stream_movie import StreamMovie
from .video_sheet import video_sheet

__all__ = [
    'CandidatePictures', 'StreamMovie', 'VideoFacts', 'candidate_pictures',
    'contact_sheet', 'middle_frames', 'picture_name', 'video_sheet',
    'write_movie'
]
