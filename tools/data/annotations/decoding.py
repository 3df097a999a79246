"""Whether a video file can be decoded as training will decode it."""
from pathlib import Path
from typing import Callable, List

import numpy as np

from mmaction_sampler.datasets.transforms import (PyAVSparseDecode,
                                                  PyAVSparseInit,
                                                  SampleCandidateFrames)
from mmaction_sampler.datasets.video_loader import (BrokenVideoError,
                                                    VideoLoader)

#: What ``--decode`` takes.
LEVELS = ('none', 'first', 'sampled')
# In training, errors of the program. Here the pipeline is always the same,
# so that they come from what is in the file.
_OF_THE_FILE = (MemoryError, KeyError, TypeError, AttributeError)


def why_unreadable(filename: str, level: str, num_candidates: int) -> str:
    """Try to read a video.

    Args:
        filename (str): Path of the file, which exists.
        level (str): ``'first'``: the file is complete and its first frame
            can be decoded; ``'sampled'``: so can T frames, the centres of T
            equal segments.
        num_candidates (int): T, for ``'sampled'``.

    Returns:
        str: The reason, in one line, or nothing if it can be read.
    """
    sample = SampleCandidateFrames(num_candidates, test_mode=True)
    transforms: List[Callable] = [
        PyAVSparseInit(), sample if level == 'sampled' else _first_frame,
        PyAVSparseDecode()]
    try:
        VideoLoader(transforms)(dict(filename=filename, start_index=0))
    except BrokenVideoError as error:
        return str(error)
    except _OF_THE_FILE as error:
        text = ' '.join([type(error).__name__, *str(error).split()])
        return f'cannot be decoded ({text}); encode it again or remove it'
    return ''


def _first_frame(results: dict) -> dict:
    """In the place of a transform that samples frames."""
    if results['total_frames'] < 1:
        raise ValueError(f'{Path(results["filename"]).name} has no frames')
    return dict(results, frame_inds=np.zeros(1, np.int64))
