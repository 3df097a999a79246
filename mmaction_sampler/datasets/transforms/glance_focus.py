"""Two sets of frames of one video, for two networks."""
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from .candidates import sample_candidates


@TRANSFORMS.register_module()
class SampleGlanceFocusFrames(BaseTransform):
    """Sample the frames for the glance, then those to look at closely.

    AdaFocus Sec. 4.2: the small network takes fewer frames than the large
    one. Each set is spread uniformly over the whole video: in training a
    random frame inside each of equal segments, in testing the centre of each.

    Required Keys:

    - total_frames
    - start_index

    Added Keys:

    - frame_inds (np.ndarray): Frame numbers in the file, int64
      ``(num_glance + num_focus, )``, the glance's first.
    - num_clips, clip_len, frame_interval: The number of frames, 1 and 1, for
      MMAction2's transforms.

    Args:
        num_glance (int): Frames for the global network, at least 1. Defaults
            to 8.
        num_focus (int): Frames for the local network, at least 1. Defaults
            to 12.
        test_mode (bool): Centres instead of random frames. Defaults to
            False.

    Raises:
        ValueError: If a number is below 1, or a video has no frames.
    """

    def __init__(self,
                 num_glance: int = 8,
                 num_focus: int = 12,
                 test_mode: bool = False) -> None:
        if min(num_glance, num_focus) < 1:
            raise ValueError(
                f'num_glance and num_focus must be at least 1, but got '
                f'{num_glance} and {num_focus}')
        self.num_glance = num_glance
        self.num_focus = num_focus
        self.test_mode = test_mode

    @property
    def num_candidates(self) -> int:
        """Number of frames of both sets."""
        return self.num_glance + self.num_focus

    def transform(self, results: dict) -> dict:
        """Add the frame numbers; see the class."""
        total_frames = results['total_frames']
        if total_frames < 1:
            raise ValueError(
                f'video {results.get("filename", results.get("frame_dir"))} '
                f'has no frames')
        inds = np.concatenate([
            sample_candidates(total_frames, number, random=not self.test_mode)
            for number in (self.num_glance, self.num_focus)])
        results['frame_inds'] = inds + results['start_index']
        results['num_clips'] = self.num_candidates
        results['clip_len'] = 1
        results['frame_interval'] = 1
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(num_glance={self.num_glance}, '
                f'num_focus={self.num_focus}, test_mode={self.test_mode})')
