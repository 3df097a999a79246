"""Decoded frames as RGB arrays."""
import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

#: Quarter turns to the left -> OpenCV's name.
_TURNS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180,
          3: cv2.ROTATE_90_CLOCKWISE}


class RGBConverter:
    """Frames as RGB arrays, through one shared converter.

    A converter for each frame would take ten times as long.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame, width: int = 0,
                 height: int = 0) -> np.ndarray:
        """Convert a frame, in coded orientation.

        Args:
            frame (av.VideoFrame): The frame.
            width (int): Resize to this width; 0 for the frame's own.
            height (int): Resize to this height; 0 for the frame's own.

        Returns:
            np.ndarray: uint8 ``(height, width, 3)``.
        """
        return self._reformatter.reformat(
            frame, width=width or None, height=height or None,
            format='rgb24', threads=1).to_ndarray()


def turned(image: np.ndarray, degrees: int) -> np.ndarray:
    """Turn an image by quarters, as a player does.

    Args:
        image (np.ndarray): ``(H, W, C)``.
        degrees (int): To the left; a quarter begun is left out.

    Returns:
        np.ndarray: ``(H, W, C)`` or ``(W, H, C)``. No view: OpenCV cannot
        write into those that NumPy gives.
    """
    turns = (degrees // 90) % 4
    return cv2.rotate(image, _TURNS[turns]) if turns else image
