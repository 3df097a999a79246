"""Frames that lie far apart in a file, in place of decord's transforms."""
from typing import List, Set

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..video import VideoReader, read_index


@TRANSFORMS.register_module()
class PyAVSparseInit(BaseTransform):
    """List the frames of a video file, in place of ``DecordInit``.

    Reads the packets without decoding, where the data set's check for
    missing frames has not just done so.

    Required Keys:

    - filename

    Added Keys:

    - total_frames (int): Frames in the file.
    - avg_fps (float): Average frames per second, 0 if the file does not say.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video.
    """

    def transform(self, results: dict) -> dict:
        """Add the number of frames; see the class."""
        index = read_index(results['filename'])
        results['total_frames'] = index.num_frames
        results['avg_fps'] = index.frame_rate
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


@TRANSFORMS.register_module()
class PyAVSparseDecode(BaseTransform):
    """Decode chosen frames exactly, in place of ``DecordDecode``.

    Seeks to the key frame before each frame and skips on the way what no
    other frame refers to: faster than decord where frames lie far apart, and
    the same pixels (10-bit video is converted differently).

    Required Keys:

    - filename
    - frame_inds (np.ndarray): Integer ``(N, )`` or ``(N, 1)``.

    Modified Keys:

    - frame_inds (np.ndarray): Made one-dimensional.

    Added Keys:

    - imgs (list[np.ndarray]): N upright RGB frames, uint8 ``(H, W, 3)``,
      each an array of its own, because ``Flip`` works in place.
    - original_shape (tuple[int, int]): H and W.
    - img_shape (tuple[int, int]): H and W.

    Raises:
        FileNotFoundError: If there is no such file.
        IndexError: If a frame number is outside the file.
        VideoError: If a frame cannot be decoded.
    """

    def transform(self, results: dict) -> dict:
        """Add the frames; see the class."""
        results['frame_inds'] = np.asarray(results['frame_inds']).reshape(-1)
        with VideoReader(results['filename']) as reader:
            results['imgs'] = _apart(
                reader.get_frames(results['frame_inds']))
        results['original_shape'] = results['imgs'][0].shape[:2]
        results['img_shape'] = results['imgs'][0].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


def _apart(images: List[np.ndarray]) -> List[np.ndarray]:
    """The images, those that repeat another one as copies."""
    seen: Set[int] = set()
    apart = []
    for image in images:
        apart.append(image.copy() if id(image) in seen else image)
        seen.add(id(image))
    return apart
