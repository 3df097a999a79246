"""The T frames of a video that are looked at cheaply."""
from typing import Optional

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


def sample_seeded_candidates(total_frames: int, num_candidates: int,
                             seed: int) -> np.ndarray:
    """A random frame of each of T segments, always the same ones.

    The frames that OCSampler's released code tests on, to the frame: its
    ``UniformSampleFrames`` (later MMAction2's) seeds NumPy anew for every
    video, so that two videos of one length get the same numbers, in any
    order and in any worker. Here the global random state is left alone.

    Segments begin at whole frames. A video of less than 2 T frames leaves
    out random ones, and one of less than T is run through again from its
    beginning, so that its numbers do not ascend.

    Args:
        total_frames (int): Frames of the video, at least 1.
        num_candidates (int): T, at least 1.
        seed (int): Seed of the draw.

    Returns:
        np.ndarray: Frame numbers from 0, int64 ``(T, )``.
    """
    # Not default_rng: only this generator gives those numbers.
    generator = np.random.RandomState(seed)
    steps = np.arange(num_candidates, dtype=np.int64)
    if total_frames < num_candidates:
        return steps % total_frames
    if total_frames < 2 * num_candidates:
        left_out = generator.choice(
            num_candidates + 1, total_frames - num_candidates, replace=False)
        before = np.bincount(left_out, minlength=num_candidates + 1).cumsum()
        return steps + before[:-1]
    edges = np.arange(num_candidates + 1) * total_frames // num_candidates
    return edges[:-1] + generator.randint(np.diff(edges))


@TRANSFORMS.register_module()
class SampleCandidateFrames(BaseTransform):
    """Sample T candidate frames, spread uniformly over the whole video.

    OCSampler Sec. 3.1. In training a random frame inside each of T equal
    segments, in testing the centre of each, or with ``test_seed`` a frame
    that is random once and for all.

    Required Keys:

    - total_frames
    - start_index

    Added Keys:

    - frame_inds (np.ndarray): Frame numbers in the file, int64 ``(T, )``.
    - num_clips, clip_len, frame_interval: T, 1 and 1, for MMAction2's
      transforms.

    Args:
        num_candidates (int): T, at least 1.
        test_mode (bool): Centres instead of random frames. Defaults to
            False.
        test_seed (int, optional): In testing, take the frames of
            :func:`sample_seeded_candidates` instead of the centres; the
            released OCSampler checkpoints were tested with 255. Defaults to
            None.

    Raises:
        ValueError: If ``num_candidates`` is below 1, a video has no frames,
            or ``test_seed`` is given without ``test_mode``.
    """

    def __init__(self,
                 num_candidates: int,
                 test_mode: bool = False,
                 test_seed: Optional[int] = None) -> None:
        if num_candidates < 1:
            raise ValueError(
                f'num_candidates must be at least 1, but got '
                f'{num_candidates}')
        if test_seed is not None and not test_mode:
            raise ValueError(
                f'test_seed={test_seed} acts in testing alone; set '
                f'test_mode=True or leave it out')
        self.num_candidates = num_candidates
        self.test_mode = test_mode
        self.test_seed = test_seed

    def transform(self, results: dict) -> dict:
        """Add the frame numbers; see the class."""
        total_frames = results['total_frames']
        if total_frames < 1:
            raise ValueError(
                f'video {results.get("filename")} has no frames')
        if self.test_seed is not None:
            inds = sample_seeded_candidates(
                total_frames, self.num_candidates, self.test_seed)
        else:
            inds = sample_candidates(
                total_frames, self.num_candidates, random=not self.test_mode)
        results['frame_inds'] = inds + results['start_index']
        results['num_clips'] = self.num_candidates
        results['clip_len'] = 1
        results['frame_interval'] = 1
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}('
                f'num_candidates={self.num_candidates}, '
                f'test_mode={self.test_mode}, test_seed={self.test_seed})')
