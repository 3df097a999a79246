"""The T frames of a video that are looked at cheaply."""
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


def sample_candidates(total_frames: int, num_candidates: int,
                      random: bool) -> np.ndarray:
    """One frame of each of T equal segments of a video.

    Args:
        total_frames (int): Frames of the video, at least 1.
        num_candidates (int): T, at least 1.
        random (bool): A random frame of each segment, from NumPy's global
            random state, or else its centre.

    Returns:
        np.ndarray: Ascending frame numbers from 0, int64 ``(T, )``. A video
        with fewer than T frames repeats some.
    """
    place = np.random.rand(num_candidates) if random else 0.5
    segments = np.arange(num_candidates) + place
    inds = (segments * total_frames / num_candidates).astype(np.int64)
    return inds.clip(max=total_frames - 1)


@TRANSFORMS.register_module()
class SampleCandidateFrames(BaseTransform):
    """Sample T candidate frames, spread uniformly over the whole video.

    OCSampler Sec. 3.1. In training a random frame inside each of T equal
    segments, in testing the centre of each.

    Required Keys:

    - total_frames
    - start_index

    Added Keys:

    - frame_inds (np.ndarray): Frame numbers in the file, int64 ``(T, )``.
    - num_repeated (int): Candidates that repeat another frame, because the
      video has fewer than T.
    - num_clips, clip_len, frame_interval: T, 1 and 1, for MMAction2's
      transforms.

    Args:
        num_candidates (int): T, at least 1.
        test_mode (bool): Centres instead of random frames. Defaults to
            False.

    Raises:
        ValueError: If ``num_candidates`` is below 1, or a video has no
            frames.
    """

    def __init__(self, num_candidates: int, test_mode: bool = False) -> None:
        if num_candidates < 1:
            raise ValueError(
                f'num_candidates must be at least 1, but got '
                f'{num_candidates}')
        self.num_candidates = num_candidates
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        """Add the frame numbers; see the class."""
        total_frames = results['total_frames']
        if total_frames < 1:
            raise ValueError(
                f'video {results.get("filename")} has no frames')
        inds = sample_candidates(
            total_frames, self.num_candidates, random=not self.test_mode)
        results['frame_inds'] = inds + results['start_index']
        results['num_repeated'] = len(inds) - len(np.unique(inds))
        results['num_clips'] = self.num_candidates
        results['clip_len'] = 1
        results['frame_interval'] = 1
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}('
                f'num_candidates={self.num_candidates}, '
                f'test_mode={self.test_mode})')
