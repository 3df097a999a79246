"""Which I-frames the frames of a file depend on."""
from functools import lru_cache

import numpy as np

from .container import FileVersion, file_version
from .reader import VideoReader


def i_frames_before(reader: VideoReader, numbers: np.ndarray) -> np.ndarray:
    """The last I-frames that are not behind some frames.

    Key frames of the container are I-frames, unless it calls frames that lie
    side by side key frames. Then they are decoded to see.

    Args:
        reader (VideoReader): A file that begins with an I-frame.
        numbers (np.ndarray): Frames, int64 ``(N, )``.

    Returns:
        np.ndarray: Numbers of I-frames, int64 ``(N, )``.
    """
    keys = reader.index.key_numbers()
    found = _last_before(keys, numbers)
    if (np.diff(keys) == 1).any() and not all(
            any(True for _ in reader.iter_key_frames(key, key + 1))
            for key in np.unique(found).tolist()):
        keys = _all_i_frames(reader.filename, file_version(reader.filename))
        found = _last_before(keys, numbers)
    return found


def _last_before(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    return keys[np.searchsorted(keys, numbers, 'right') - 1]


@lru_cache(maxsize=128)
def _all_i_frames(filename: str, version: FileVersion) -> np.ndarray:
    with VideoReader(filename) as reader:
        return np.array([key.number for key in reader.iter_key_frames()])
