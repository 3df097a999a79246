"""Writing what was recognized into the data samples."""
from .adafocus_v2_record import record_seen_videos
from .clip_record import record_clips
from .frame_record import record_frames
from .patch_record import record_patches
from .prediction import set_prediction

__all__ = [
    'record_clips', 'record_frames', 'record_patches', 'record_seen_videos',
    'set_prediction'
]
