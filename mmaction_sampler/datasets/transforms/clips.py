"""Clips that lie side by side over a whole untrimmed video."""
from typing import Optional

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


def clip_frames(total_frames: int, clip_len: int,
                frame_interval: int) -> np.ndarray:
    """Frames of all non-overlapping clips of a video.

    SCSampler Sec. 3.1. Frames that do not fill a last clip are left out; a
    video shorter than one clip gives one that repeats its last frame.

    Args:
        total_frames (int): Frames of the video, at least 1.
        clip_len (int): Frames in a clip, L.
        frame_interval (int): Frames from one of a clip's frames to the next.

    Returns:
        np.ndarray: Frame numbers from 0, ascending, int64 ``(n, L)``.
    """
    span = clip_len * frame_interval
    starts = np.arange(max(total_frames // span, 1), dtype=np.int64) * span
    frames = starts[:, None] + np.arange(clip_len) * frame_interval
    return frames.clip(max=total_frames - 1)


@TRANSFORMS.register_module()
class SampleVideoClips(BaseTransform):
    """Take the clips of a whole video, every ``clip_stride``-th of them.

    SCSampler Sec. 3.1 and Appendix D. The clips cover the video without
    overlap or gap (``clip_stride=1``). With ``num_clips`` a part of those is
    taken: random ones in training, evenly spread ones in testing, some twice
    if there are fewer.

    Required Keys:

    - total_frames
    - start_index

    Added Keys:

    - frame_inds (np.ndarray): Frame numbers in the file, clip after clip,
      int64 ``(num_clips * clip_len, )``.
    - clip_inds (np.ndarray): Which clips of the video these are, from 0, as
      they would be counted with ``clip_stride=1``, ascending, int64
      ``(num_clips, )``.
    - total_clips (int): Clips of the video with ``clip_stride=1``.
    - num_clips, clip_len, frame_interval: As in MMAction2.

    Args:
        clip_len (int): Frames in a clip, at least 1.
        frame_interval (int): Frames from one of a clip's frames to the next.
            Defaults to 1.
        clip_stride (int): Take every this-manieth clip, N of Appendix D.
            Defaults to 1.
        num_clips (int, optional): Take this many of them. Defaults to None,
            all.
        test_mode (bool): Evenly spread instead of random clips. Defaults to
            False.

    Raises:
        ValueError: If a number is below 1 or a video has no frames.
    """

    def __init__(self,
                 clip_len: int,
                 frame_interval: int = 1,
                 clip_stride: int = 1,
                 num_clips: Optional[int] = None,
                 test_mode: bool = False) -> None:
        for name, value in (('clip_len', clip_len),
                            ('frame_interval', frame_interval),
                            ('clip_stride', clip_stride),
                            ('num_clips', num_clips)):
            if value is not None and value < 1:
                raise ValueError(
                    f'{name} must be at least 1, but got {value}')
        self.clip_len = clip_len
        self.frame_interval = frame_interval
        self.clip_stride = clip_stride
        self.num_clips = num_clips
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        """Add the frame numbers; see the class."""
        if results['total_frames'] < 1:
            raise ValueError(
                f'video {results.get("filename")} has no frames')
        frames = clip_frames(results['total_frames'], self.clip_len,
                             self.frame_interval)
        inds = np.arange(0, len(frames), self.clip_stride)
        inds = inds[self._choose(len(inds))]
        results['frame_inds'] = (
            frames[inds].flatten() + results['start_index'])
        results['clip_inds'] = inds
        results['total_clips'] = len(frames)
        results['num_clips'] = len(inds)
        results['clip_len'] = self.clip_len
        results['frame_interval'] = self.frame_interval
        return results

    def _choose(self, number: int) -> np.ndarray:
        """Ascending positions among the clips there are."""
        if self.num_clips is None:
            return np.arange(number)
        if self.test_mode:
            places = (np.arange(self.num_clips) + 0.5) / self.num_clips
            return (places * number).astype(np.int64)
        # Each clip once before any is taken again.
        rounds = [
            np.random.permutation(number)
            for _ in range(-(-self.num_clips // number))
        ]
        return np.sort(np.concatenate(rounds)[:self.num_clips])

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(clip_len={self.clip_len}, '
                f'frame_interval={self.frame_interval}, '
                f'clip_stride={self.clip_stride}, '
                f'num_clips={self.num_clips}, test_mode={self.test_mode})')
