"""Writing what was recognized into the data samples."""
from .adafocus_v2_record import fill_samples
from .clip_record import record_clips
from .frame_record import record_frames
from .patch_record import record_patches

__all__ = ['fill_samples', 'record_clips', 'record_frames', 'record_patches']
