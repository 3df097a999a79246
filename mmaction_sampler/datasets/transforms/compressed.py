"""What the codec knows of each clip: motion, residuals and I-frames."""
from typing import Iterator, Literal, Optional, Tuple

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..feature_cache import FeatureCache
from ..video import CODEC_VERSION, CompressedReader, VideoReader
from ..video.clip_features import iter_clip_features, resize_picture
from ..video.i_frames import i_frames_before
from ..video.motion_vectors import GOP, choose_source
from ..video.prediction import Reference
from .clip_cache import Arrays, clips_of, load_clips

#: Raised when the same parameters give other values than before.
_FEATURE_VERSION = 4
_FRAMES_AT_ONCE = 32


@TRANSFORMS.register_module()
class LoadMotionFeatures(BaseTransform):
    """Load motion displacement, and RGB residuals if asked for, of clips.

    SCSampler Sec. 3.3.1. Motion is the content's displacement from the frame
    before, in pixels. I-frames have none; networks look at the P-frames,
    which ``p_frame_mask`` names.

    The file's own motion vectors are taken where each spans exactly one
    frame (MPEG-1, -2 and -4, H.263 and the like without B-frames; H.264 with
    one reference frame and no B-frames). Other files are encoded anew in
    memory (MPEG-4, groups of 12 frames), which costs several times more: use
    ``tools/data/reencode.py`` or ``cache_dir`` where they are read often.

    Required Keys:

    - filename
    - frame_inds (np.ndarray): Integer ``(num_clips * clip_len, )``,
      ascending within and over clips.
    - num_clips, clip_len

    Added Keys:

    - motion_displacement (np.ndarray): Pixels (x, y) at ``size``, float32
      ``(num_clips, clip_len, 2, H / 16, W / 16)``.
    - motion_coverage (np.ndarray): Share of each cell that is not intra
      coded, float32 ``(num_clips, clip_len, H / 16, W / 16)`` in [0, 1].
    - p_frame_mask (np.ndarray): Bool ``(num_clips, clip_len)``.
    - rgb_residual (np.ndarray): int16 ``(num_clips, clip_len, 3, H, W)`` in
      [-255, 255], with ``residual_from`` only.
    - motion_source (str): ``'raw'`` or ``'normalised'``, what was done.

    Args:
        size (tuple[int, int]): H and W that frames are resized to,
            regardless of their aspect ratio, multiples of 16. Defaults to
            (224, 224).
        residual_from (str, optional): ``'previous'`` for residuals between
            adjacent frames (the paper's), ``'i_frame'`` for those against
            the group's I-frame after accumulated motion. Defaults to None,
            motion alone, several times faster.
        motion_source (str): ``'auto'`` as above; ``'raw'`` refuses files
            whose own vectors are inexact; ``'normalised'`` always encodes
            anew, whatever the codec. Defaults to ``'auto'``.
        cache_dir (str, optional): Keep the features of each clip in this
            folder; see :class:`FeatureCache`. Defaults to None.

    Raises:
        ValueError: If an option is not one of those named, or clips are not
            in ascending order.
        VideoError: If the file cannot be decoded or its codec has no
            vectors.
    """

    def __init__(
            self,
            size: Tuple[int, int] = (224, 224),
            residual_from: Optional[Reference] = None,
            motion_source: Literal['auto', 'raw', 'normalised'] = 'auto',
            cache_dir: Optional[str] = None) -> None:
        _check_options(size, motion_source)
        if residual_from not in (None, 'previous', 'i_frame'):
            raise ValueError(
                f"residual_from must be None, 'previous' or 'i_frame', but "
                f'got {residual_from!r}')
        self.size = tuple(size)
        self.residual_from = residual_from
        self.motion_source = motion_source
        self.cache_dir = cache_dir
        self._cache = None if cache_dir is None else FeatureCache(
            cache_dir,
            dict(feature='motion', version=_FEATURE_VERSION, size=self.size,
                 residual_from=residual_from, motion_source=motion_source,
                 # Encoder and decoder of another release may differ.
                 ffmpeg=CODEC_VERSION))

    def transform(self, results: dict) -> dict:
        """Add the features; see the class."""
        filename = results['filename']
        loaded = load_clips(self._cache, filename, clips_of(results),
                            lambda clips: self._compute(filename, clips))
        # One file is read in one way.
        results['motion_source'] = str(loaded.pop('motion_source')[0])
        results.update(loaded)
        return results

    def _compute(self, filename: str, clips: np.ndarray) -> Iterator[Arrays]:
        """Features of some clips of a file, one after the other."""
        with CompressedReader(filename, self.residual_from,
                              self.motion_source) as reader:
            for features in iter_clip_features(reader, clips, self.size):
                arrays = {
                    name: array
                    for name, array in features._asdict().items()
                    if array is not None
                }
                arrays['motion_source'] = np.array(reader.motion_source)
                yield arrays

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(size={self.size}, '
                f'residual_from={self.residual_from!r}, '
                f'motion_source={self.motion_source!r}, '
                f'cache_dir={self.cache_dir!r})')


@TRANSFORMS.register_module()
class LoadIFrames(BaseTransform):
    """Load the I-frame that each clip's frames depend on.

    SCSampler Sec. 3.3.1. It is the last I-frame that is not after the clip's
    last frame: one inside the clip, or where groups are longer than clips,
    the one before it.

    Required Keys:

    - filename
    - frame_inds (np.ndarray): Integer ``(num_clips * clip_len, )``.
    - num_clips, clip_len

    Added Keys:

    - i_frame (np.ndarray): RGB, uint8 ``(num_clips, 3, H, W)``, in coded
      orientation like motion and residuals.
    - i_frame_inds (np.ndarray): Their numbers in the file, int64
      ``(num_clips, )``.

    Args:
        size (tuple[int, int]): H and W that frames are resized to,
            regardless of their aspect ratio. Defaults to (224, 224).
        motion_source (str): As in :class:`LoadMotionFeatures`, which gives
            the I-frames of the same groups: where frames are encoded anew,
            every twelfth frame is one, as the source has it. Defaults to
            ``'auto'``.
        cache_dir (str, optional): Keep the I-frame of each clip in this
            folder; see :class:`FeatureCache`. Defaults to None.

    Raises:
        ValueError: If an option is not one of those named.
        VideoError: If the file cannot be decoded or its codec has no
            vectors.
    """

    def __init__(
            self,
            size: Tuple[int, int] = (224, 224),
            motion_source: Literal['auto', 'raw', 'normalised'] = 'auto',
            cache_dir: Optional[str] = None) -> None:
        _check_options(size, motion_source)
        self.size = tuple(size)
        self.motion_source = motion_source
        self.cache_dir = cache_dir
        self._cache = None if cache_dir is None else FeatureCache(
            cache_dir,
            dict(feature='i_frame', version=_FEATURE_VERSION, size=self.size,
                 motion_source=motion_source, ffmpeg=CODEC_VERSION))

    def transform(self, results: dict) -> dict:
        """Add the I-frames; see the class."""
        filename = results['filename']
        results.update(load_clips(
            self._cache, filename, clips_of(results),
            lambda clips: self._compute(filename, clips)))
        return results

    def _compute(self, filename: str, clips: np.ndarray) -> Iterator[Arrays]:
        """The I-frames of some clips of a file, one after the other."""
        lasts = clips[:, -1]
        with VideoReader(filename) as reader:
            source = choose_source(filename, reader.index, self.motion_source)
            if source == 'normalised':
                inds = lasts - lasts % GOP
            else:
                inds = i_frames_before(reader, lasts)
            for number, image in zip(inds, self._iter_images(reader, inds)):
                yield dict(i_frame=image, i_frame_inds=number)

    def _iter_images(self, reader: VideoReader,
                     inds: np.ndarray) -> Iterator[np.ndarray]:
        """Decode and resize, a few at a time so that memory is bounded."""
        for start in range(0, len(inds), _FRAMES_AT_ONCE):
            numbers = inds[start:start + _FRAMES_AT_ONCE]
            for image in reader.get_frames(numbers, upright=False):
                yield resize_picture(image, *self.size).transpose(2, 0, 1)

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(size={self.size}, '
                f'motion_source={self.motion_source!r}, '
                f'cache_dir={self.cache_dir!r})')


def _check_options(size: Tuple[int, int], motion_source: str) -> None:
    if len(size) != 2 or any(side < 16 or side % 16 for side in size):
        raise ValueError(
            f'size must be two multiples of 16 (height, width), but got '
            f'{size}')
    if motion_source not in ('auto', 'raw', 'normalised'):
        raise ValueError(
            f"motion_source must be 'auto', 'raw' or 'normalised', but got "
            f'{motion_source!r}')
