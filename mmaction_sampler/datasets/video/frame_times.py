"""When the frames of a video file are shown."""
import numpy as np

from .index import read_index


def frame_seconds(path: str) -> np.ndarray:
    """When each frame of a video file is shown.

    Args:
        path (str): The file.

    Returns:
        np.ndarray: Seconds from the first frame, float64, with the end of
        the last frame behind them, ``(total_frames + 1, )``. By the average
        rate, where the container has no times; NaN without either.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video.
    """
    index = read_index(path)
    if index.pts is None:
        frames = np.arange(index.num_frames + 1)
        return frames / (index.frame_rate or np.nan)
    seconds = (index.pts - index.pts[0]) * float(index.time_base)
    step = np.median(np.diff(seconds)) if len(seconds) > 1 else (
        1 / index.frame_rate if index.frame_rate else 0.)
    return np.append(seconds, seconds[-1] + step)
