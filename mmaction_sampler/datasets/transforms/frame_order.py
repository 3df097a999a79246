"""The order in which a recognizer is given the frames of a video."""
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmaction_sampler.ops import coarse_to_fine_order


@TRANSFORMS.register_module()
class OrderFrames(BaseTransform):
    """Order sampled frames from coarse to fine instead of by time.

    For recognizers that may stop before the last frame: whatever they have
    seen then is spread over the whole video. See
    :func:`~mmaction_sampler.ops.coarse_to_fine_order`. Put it after the
    sampling and before the decoding; positions in a ``Selection`` then count
    in this order, and ``frame_inds[selection.inds]`` are still the frames'
    numbers in the file.

    Required Keys:

    - frame_inds

    Modified Keys:

    - frame_inds (np.ndarray): int64 ``(T, )``.
    """

    def transform(self, results: dict) -> dict:
        """Order the frame numbers; see the class."""
        frame_inds = results['frame_inds']
        order = coarse_to_fine_order(len(frame_inds))
        results['frame_inds'] = frame_inds[order]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
