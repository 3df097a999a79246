"""What became of a video."""
from typing import Dict, NamedTuple, Optional, Union

from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.structures import ClipStream
from .video_loading import ClockedStream, LoadedVideo


class VideoResult(NamedTuple):
    """What became of a video.

    Attributes:
        path (str): The file.
        sample (ActionDataSample, optional): With ``pred_score``,
            ``selection`` and ``cost``, on the CPU; None if it is broken.
        inputs (Tensor | ClipStream, optional): What the recognizer was
            given, for pictures.
        error (str): One sentence if it could not be recognised, else empty.
        seconds (dict[str, float]): ``decode`` and ``networks``: time spent,
            of a batch the video's share.
    """
    path: str
    sample: Optional[ActionDataSample]
    inputs: Union[Tensor, ClipStream, None]
    error: str
    seconds: Dict[str, float]


def time_spent(video: LoadedVideo, seconds: float,
               num_videos: int) -> Dict[str, float]:
    """A video's share of the time that it took.

    Args:
        video (LoadedVideo): The video.
        seconds (float): Of the pass through the networks.
        num_videos (int): Videos in that pass.

    Returns:
        dict[str, float]: ``decode`` and ``networks``, seconds. What a stream
        decodes while it is recognised counts as the former.
    """
    inputs = video.packed and video.packed['inputs']
    inside = inputs.seconds if isinstance(inputs, ClockedStream) else 0.
    return dict(decode=video.seconds + inside,
                networks=max(seconds / num_videos - inside, 0.))
