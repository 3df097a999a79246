"""The sound of each clip, as an image."""
from typing import Iterator, Literal, Optional, Tuple

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmaction_sampler.ops.log_mel import log_mel

from ..feature_cache import FeatureCache
from ..video import (CODEC_VERSION, Sound, VideoError, VideoIndex, read_index,
                     read_sound)
from .clip_cache import Arrays, clips_of, load_clips

#: Raised when the same parameters give other values than before.
_FEATURE_VERSION = 2
_CLIPS_AT_ONCE = 64
_FFT_SECONDS = 0.032
_WINDOW_SECONDS = 0.025


@TRANSFORMS.register_module()
class LoadLogMel(BaseTransform):
    """Load the log-mel spectrogram around each clip.

    SCSampler Sec. 3.3.2: 40 mel filters, 200 samples in time, over a segment
    twice as long as the clip, with the clips' stride. The segment has the
    clip in its middle; before the beginning and after the end of the sound
    there is silence. The window is 25 ms, the samples are a 200th of the
    segment apart.

    Required Keys:

    - filename
    - frame_inds (np.ndarray): Integer ``(num_clips * clip_len, )``.
    - num_clips, clip_len, frame_interval

    Added Keys:

    - log_mel (np.ndarray): Natural logarithm of mel power + 1e-6, float32
      ``(num_clips, 1, num_mels, num_steps)``.
    - has_audio (bool): False if the video has no sound and silence stands
      for it.

    Args:
        num_mels (int): Mel filters. Defaults to 40.
        num_steps (int): Samples in time. Defaults to 200.
        sample_rate (int): Samples per second that sound is resampled to.
            Defaults to 16000.
        without_audio (str): What to do with a video that has no sound:
            ``'error'``, or ``'silence'``, the constant log(1e-6). Defaults
            to ``'error'``.
        cache_dir (str, optional): Keep the spectrogram of each clip in this
            folder; see :class:`FeatureCache`. Defaults to None.

    Raises:
        ValueError: If an option is out of range, or a video has no sound and
            ``without_audio`` is ``'error'``.
        VideoError: If the sound cannot be decoded.
    """

    def __init__(self,
                 num_mels: int = 40,
                 num_steps: int = 200,
                 sample_rate: int = 16000,
                 without_audio: Literal['error', 'silence'] = 'error',
                 cache_dir: Optional[str] = None) -> None:
        for name, value in (('num_mels', num_mels), ('num_steps', num_steps),
                            ('sample_rate', sample_rate)):
            if value < 1:
                raise ValueError(
                    f'{name} must be at least 1, but got {value}')
        if without_audio not in ('error', 'silence'):
            raise ValueError(
                f"without_audio must be 'error' or 'silence', but got "
                f'{without_audio!r}')
        self.num_mels = num_mels
        self.num_steps = num_steps
        self.sample_rate = sample_rate
        self.without_audio = without_audio
        self.cache_dir = cache_dir
        self._cache = None if cache_dir is None else FeatureCache(
            cache_dir,
            dict(feature='log_mel', version=_FEATURE_VERSION,
                 num_mels=num_mels, num_steps=num_steps,
                 sample_rate=sample_rate, ffmpeg=CODEC_VERSION))

    def transform(self, results: dict) -> dict:
        """Add the spectrograms; see the class."""
        filename, interval = results['filename'], results['frame_interval']
        loaded = load_clips(
            self._cache, filename, clips_of(results),
            lambda clips: self._compute(filename, clips, interval),
            # It sets the segment's length, also of a clip of one frame.
            detail=f'interval {interval}')
        results['log_mel'] = loaded['log_mel']
        results['has_audio'] = bool(loaded['has_audio'].all())
        if not results['has_audio'] and self.without_audio == 'error':
            raise VideoError(
                f'video {filename} has no sound; remove it from the list, or '
                f"set without_audio='silence' of LoadLogMel")
        return results

    def _compute(self, filename: str, clips: np.ndarray,
                 frame_interval: int) -> Iterator[Arrays]:
        """Spectrograms of some clips of a file, one after the other."""
        sound = read_sound(filename, self.sample_rate)
        has_audio = np.array(sound is not None)
        if sound is None:
            sound = Sound(np.zeros(0, np.float32), self.sample_rate, 0.)
        centers, seconds = clip_times(
            read_index(filename), clips, frame_interval)
        for start in range(0, len(clips), _CLIPS_AT_ONCE):
            images = self._spectrograms(
                sound, centers[start:start + _CLIPS_AT_ONCE], 2 * seconds)
            for image in images.numpy():
                yield dict(log_mel=image[None], has_audio=has_audio)

    def _spectrograms(self, sound: Sound, centers: np.ndarray,
                      seconds: float) -> torch.Tensor:
        """Segments around times, float32 ``(n, num_mels, num_steps)``."""
        rate = self.sample_rate
        fft_size = round(_FFT_SECONDS * rate)
        hop = max(round(seconds * rate / self.num_steps), 1)
        length = (self.num_steps - 1) * hop + fft_size
        # The columns' centres lie evenly about the clip's.
        starts = np.rint((centers - sound.start) * rate - length / 2)
        segments = cut_out(sound.samples, starts.astype(np.int64), length)
        return log_mel(
            torch.from_numpy(segments), rate, self.num_mels, hop, fft_size,
            round(_WINDOW_SECONDS * rate))

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(num_mels={self.num_mels}, '
                f'num_steps={self.num_steps}, '
                f'sample_rate={self.sample_rate}, '
                f'without_audio={self.without_audio!r}, '
                f'cache_dir={self.cache_dir!r})')


def clip_times(index: VideoIndex, clips: np.ndarray,
               frame_interval: int) -> Tuple[np.ndarray, float]:
    """When clips are shown.

    Args:
        index (VideoIndex): The video.
        clips (np.ndarray): Frame numbers, int64 ``(n, L)``.
        frame_interval (int): Frames from one of a clip's frames to the next.

    Returns:
        tuple: Times of the clips' centres in seconds, float64 ``(n, )``, and
        the length of a clip in seconds at the average frame rate.

    Raises:
        VideoError: If the file does not tell its frame rate.
    """
    if not index.frame_rate:
        raise VideoError(
            'the file does not tell its frame rate, so that its sound cannot '
            'be matched to frames; encode it again')
    step = frame_interval / index.frame_rate
    if index.pts is None:
        times = clips[:, [0, -1]] / index.frame_rate
    else:
        times = index.pts[clips[:, [0, -1]]] * float(index.time_base)
    return (times.sum(1) + step) / 2, clips.shape[1] * step


def cut_out(samples: np.ndarray, starts: np.ndarray,
            length: int) -> np.ndarray:
    """Segments of a sound, with silence before its begin and after its end.

    Args:
        samples (np.ndarray): float32 ``(S, )``.
        starts (np.ndarray): First samples, possibly negative, int64
            ``(n, )``.
        length (int): Samples of a segment.

    Returns:
        np.ndarray: float32 ``(n, length)``.
    """
    places = starts[:, None] + np.arange(length)
    inside = (places >= 0) & (places < len(samples))
    segments = np.zeros(places.shape, np.float32)
    segments[inside] = samples[places[inside]]
    return segments
